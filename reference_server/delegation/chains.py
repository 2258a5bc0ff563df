"""Whether a delivered proxy was issued by the client that delivers it (RFC 3820 section 4.1)."""

from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from reference_server.pki import PROXY_CERT_INFO

MOST_CERTIFICATES = 10
Chain = tuple[x509.Certificate, ...]


class BadProxy(Exception):
    """A delivered chain that cannot be used; the text says why."""


def read_chain(text: str) -> Chain:
    """The certificates of a delivered proxy, leaf first; raises BadProxy."""
    try:
        found = tuple(x509.load_pem_x509_certificates(text.strip().encode()))
    except ValueError:
        raise BadProxy("proxy holds no PEM certificates") from None
    if len(found) > MOST_CERTIFICATES:
        raise BadProxy("chain is too long")
    return found


def completed(delivered: Chain, caller: Chain) -> Chain:
    """The delivered chain down to the user's certificate, with what the caller showed in TLS.

    The caller's chain was verified in the handshake; its authority is of no use to the far side.
    """
    shown = tuple(item for item in caller if not _is_authority(item))
    for place, certificate in enumerate(delivered):
        if certificate in shown:
            return (*delivered[:place], *shown[shown.index(certificate) :])
    return (*delivered, *shown)


def problem_of(chain: Chain, caller: Chain) -> str | None:
    """Why a completed chain was not issued by the caller, None if it was."""
    for place, certificate in enumerate(chain):
        if certificate in caller:
            return None if place else "the delivered certificate is the caller's own"
        if place + 1 == len(chain):
            break
        problem = _link_problem(certificate, chain[place + 1])
        if problem is not None:
            return problem
    return "chain does not lead to the caller's certificate"


def _link_problem(proxy: x509.Certificate, issuer: x509.Certificate) -> str | None:
    """What is wrong between a proxy and its issuer (RFC 3820 sections 3.4, 3.8 and 4.1.3)."""
    if not _is_proxy(proxy):
        return "not an RFC 3820 proxy"
    own, above = proxy.subject.rdns, issuer.subject.rdns
    if own[:-1] != above or [part.oid for part in own[-1]] != [NameOID.COMMON_NAME]:
        return "subject is not the issuer's and one common name"
    try:
        proxy.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return "not signed by its issuer"
    now = datetime.datetime.now(datetime.UTC)
    valid = proxy.not_valid_before_utc <= now < proxy.not_valid_after_utc
    return None if valid else "proxy is not valid now"


def _is_proxy(certificate: x509.Certificate) -> bool:
    return any(item.oid == PROXY_CERT_INFO and item.critical for item in certificate.extensions)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return found.value.ca
