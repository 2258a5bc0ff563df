"""Client certificates that are shown to the far side, and keys that never leave this process."""

from __future__ import annotations

import os
import ssl
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from reference_server.pki import key_pem, pem

KEY_BITS = 2048
"""RSA, because older grid software that signs proxies knows nothing else."""


class ClientCertificate(Protocol):
    """Something to authenticate with in a handshake."""

    def load_into(self, context: ssl.SSLContext) -> None:
        """Make the context show the certificate; raises OSError."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """The server's own certificate, on disk. Only deviations show it to a far side."""

    cert: Path
    key: Path

    def load_into(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self.cert, self.key)


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegated proxy with its chain, leaf first; the key is in memory only.

    `expires` in seconds since the Unix epoch: the first end of validity in the chain.
    """

    chain: tuple[x509.Certificate, ...]
    key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def expires(self) -> float:
        return min(item.not_valid_after_utc.timestamp() for item in self.chain)

    def load_into(self, context: ssl.SSLContext) -> None:
        """The ssl module reads files only: the file lives in memory for as long as that takes."""
        content = b"".join([pem(self.chain[0]), key_pem(self.key), *map(pem, self.chain[1:])])
        descriptor = os.memfd_create("delegated", os.MFD_CLOEXEC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")


def new_key() -> rsa.RSAPrivateKey:
    """A key for one delegation; takes about a tenth of a second."""
    return rsa.generate_private_key(65537, KEY_BITS)


class KeyStock:
    """One key ahead: while a client signs a proxy, the key of the next request is made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "delegation-key")
        self._next: Future[rsa.RSAPrivateKey] | None = None

    def take(self) -> rsa.RSAPrivateKey:
        """A key that nobody else gets; only the first of all has to be waited for."""
        with self._lock:
            ready, self._next = self._next, self._maker.submit(new_key)
        return ready.result() if ready else new_key()


def request_for(key: rsa.RSAPrivateKey, subject: x509.Name) -> x509.CertificateSigningRequest:
    """The PKCS#10 request by which the client learns our public key."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, hashes.SHA256())
