"""TLS as a client of the endpoint: its CA, and whoever we want to be."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
import warnings
from pathlib import Path

from cryptography import x509

from harness.identity import X509
from harness.model import Tls
from harness.problems import Untested, UsageError


def context(ca: Path | None, pair: X509 | None) -> ssl.SSLContext:
    """A client context that trusts ``ca`` (file or directory; None: the system's authorities).

    Nobody may change it: it is made once for as long as the files are the same. To read them again
    for each of thousands of connections costs as much as half of a handshake.
    """
    return _kept(ca, pair, _state(ca, pair))


def _state(ca: Path | None, pair: X509 | None) -> tuple[tuple[int, int, int], ...]:
    """What tells one content of the files from another."""
    files = [ca, *((pair.cert, pair.key) if pair is not None else ())]
    found = [file.stat() for file in files if file is not None and file.exists()]
    return tuple((at.st_ino, at.st_mtime_ns, at.st_size) for at in found)


@functools.lru_cache(maxsize=256)
def _kept(ca: Path | None, pair: X509 | None, state: object) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        made.load_default_certs()
    else:
        _trust(made, ca)
    if pair is not None:
        _load(made, pair)
    return made


def trusting_context() -> ssl.SSLContext:
    """A new client context that takes any certificate: for looking at what a server speaks."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _trust(made: ssl.SSLContext, ca: Path) -> None:
    try:
        made.load_verify_locations(**{"capath" if ca.is_dir() else "cafile": str(ca)})
    except (ssl.SSLError, OSError) as problem:
        raise UsageError(f"ca: {ca} holds no certificate in PEM ({_why(problem)})") from None


def _load(made: ssl.SSLContext, pair: X509) -> None:
    try:
        made.load_cert_chain(pair.cert, pair.key, password=_no_password)
    except (ssl.SSLError, OSError, ValueError) as problem:
        raise UsageError(
            f"credentials: {pair.key} is no private key for {pair.cert} ({_why(problem)}); "
            "give its own, in PEM and without a passphrase"
        ) from None


def _no_password() -> str:
    """Without this OpenSSL would ask at the terminal."""
    raise ValueError("it has a passphrase")


def _why(problem: Exception) -> str:
    return (getattr(problem, "reason", "") or str(problem)).replace("_", " ").lower()


def describe(connection: ssl.SSLSocket) -> Tls:
    """Version, cipher and the other side's subject of an established connection."""
    cipher = connection.cipher()
    der = connection.getpeercert(binary_form=True)
    peer = x509.load_der_x509_certificate(der).subject.rfc4514_string() if der else ""
    return Tls(connection.version() or "", cipher[0] if cipher else "", peer)


def close_notify(connection: ssl.SSLSocket) -> None:
    """Send close_notify (RFC 8446 section 6.1) without reading; the other direction stays open.

    ``unwrap`` calls SSL_shutdown twice. The second call reads, and throws away what it finds: an
    answer that is there already, as "application data after close notify". So the descriptor is
    that of a socket with nothing to read meanwhile, and what was written to it is sent afterwards.
    A peer that does not read, or has gone, gets none of it.
    """
    timeout = connection.gettimeout()
    connection.settimeout(0)
    descriptor = connection.fileno()
    inside, outside = socket.socketpair()
    with inside, outside, os.fdopen(os.dup(descriptor), "rb", buffering=0) as real:
        inside.setblocking(False)
        outside.setblocking(False)
        os.dup2(inside.fileno(), descriptor, inheritable=False)
        try:
            with contextlib.suppress(OSError, ValueError):
                connection.unwrap()
        finally:
            os.dup2(real.fileno(), descriptor, inheritable=False)
        with contextlib.suppress(OSError):
            os.write(descriptor, outside.recv(4096))
    connection.settimeout(timeout)


OLD = {
    "TLS 1.0": (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0"),
    "TLS 1.1": (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
    "no encryption": (ssl.TLSVersion.TLSv1_2, "eNULL:@SECLEVEL=0"),
}
"""What nobody should speak any more, as version and OpenSSL's list of ciphers."""


def old_context(name: str) -> ssl.SSLContext:
    """A client context that offers one of ``OLD`` only; Untested where OpenSSL cannot."""
    version, ciphers = OLD[name]
    made = trusting_context()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = made.maximum_version = version
        made.set_ciphers(ciphers)
    except (ssl.SSLError, ValueError) as problem:
        raise Untested(f"our OpenSSL does not speak {name}: {problem}") from None
    return made
