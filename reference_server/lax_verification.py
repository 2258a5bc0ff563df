"""Client certificates that OpenSSL refuses, let in on purpose: for deviations only.

Python offers no verify callback, so one is set behind its back. Nothing here runs in a server
that does right: `tolerate` is called only where a deviation names errors to overlook.
"""

from __future__ import annotations

import _ssl
import ctypes
import ssl

PROXY_PATH_LENGTH = frozenset({38})
"""X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED of OpenSSL's x509_vfy.h."""
PROXY_RULES = frozenset({7, 26, 32, 72, 79})
"""Wrong signature, issuer no CA or not fit to sign, wrong subject of a proxy."""
UNKNOWN_ISSUER = frozenset({18, 19, 20, 21})
"""Self-signed certificates and chains without a trusted anchor."""
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)


def tolerate(context: ssl.SSLContext, errors: frozenset[int]) -> None:
    """Overlook these verification errors in the handshakes of a context."""
    library = ctypes.CDLL(_ssl.__file__)
    library.X509_STORE_CTX_get_error.argtypes = [ctypes.c_void_p]
    library.SSL_CTX_set_verify.argtypes = [ctypes.c_void_p, ctypes.c_int, _Callback]

    def judge(preliminary: int, store: int) -> int:
        overlooked = library.X509_STORE_CTX_get_error(store) in errors
        library.ERR_clear_error()  # or a later read takes what we overlook for its own failure
        return int(preliminary or overlooked)

    callback = _Callback(judge)
    context.__dict__["tolerance"] = callback  # OpenSSL keeps the pointer, not the object
    pointer = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    library.SSL_CTX_set_verify(pointer, int(ssl.CERT_OPTIONAL), callback)
