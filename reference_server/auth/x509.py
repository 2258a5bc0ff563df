"""Identity from a TLS client certificate, through RFC 3820 proxies down to the user."""

from __future__ import annotations

from cryptography import x509

from reference_server.behaviour import Behaviour
from reference_server.pki import PROXY_CERT_INFO, dn
from reference_server.wire.tls import TlsSocket

DER = 2
"""_ssl.ENCODING_DER: the chain is only reachable through the private object before 3.13."""


def verified_chain(sock: TlsSocket) -> list[x509.Certificate]:
    """The chain OpenSSL verified, leaf first; empty without a client certificate."""
    found = sock.verified_chain()
    return [x509.load_der_x509_certificate(item.public_bytes(DER)) for item in found]


def subject_of(chain: list[x509.Certificate], behaviour: Behaviour) -> str | None:
    """The user's name in slash form; None when a proxy breaks RFC 3820.

    OpenSSL has checked signatures, validity, path lengths and the subject rule already; it takes
    a ProxyCertInfo that is not critical, which RFC 3820 section 3.8 forbids.
    """
    found = end_entity(chain)
    return dn(behaviour.mapped_certificate(chain, found).subject) if found is not None else None


def end_entity(chain: list[x509.Certificate]) -> x509.Certificate | None:
    """The certificate below all proxies; None when a proxy breaks RFC 3820."""
    for certificate in chain:
        information = _proxy_information(certificate)
        if information is None:
            return certificate
        if not information.critical:
            return None
    return None


def _proxy_information(certificate: x509.Certificate) -> x509.Extension[x509.ExtensionType] | None:
    found = [item for item in certificate.extensions if item.oid == PROXY_CERT_INFO]
    return found[0] if found else None
