"""Which attributes of VOMS count: signed by a server that the vomsdir names, for this person, now.

What does not count is as if it were not there: the certificate still says who its holder is.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from reference_server.auth.attributes import (
    MALFORMED,
    AttributeCertificate,
    attribute_certificates,
)
from reference_server.auth.membership import NO_ATTRIBUTES, Attributes
from reference_server.pki import dn

ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""A name that may stand in a path: it was written by the requester."""
HASHES: dict[str, hashes.HashAlgorithm] = {
    "1.2.840.113549.1.1.11": hashes.SHA256(),
    "1.2.840.113549.1.1.12": hashes.SHA384(),
    "1.2.840.113549.1.1.13": hashes.SHA512(),
    "1.2.840.10045.4.3.2": hashes.SHA256(),
    "1.2.840.10045.4.3.3": hashes.SHA384(),
    "1.2.840.10045.4.3.4": hashes.SHA512(),
}
"""Signature algorithm -> hash; nothing below SHA-256."""
LONGEST = 5
"""Most certificates between a VOMS server and its trusted CA."""
NEXT_CHAIN = "------ NEXT CHAIN ------"
UNVERIFIED = (*MALFORMED, InvalidSignature, UnsupportedAlgorithm)


class Voms:
    """Judges attribute certificates by VOMSDIR/ORGANISATION/*.lsc and the trusted CAs."""

    def __init__(self, vomsdir: Path, trust: Path) -> None:
        """Raises OSError or ValueError for a directory or CAs that cannot be read."""
        if not vomsdir.is_dir():
            raise ValueError(f"--vomsdir {vomsdir}: no such directory")
        self._vomsdir = vomsdir
        self._anchors = tuple(_authorities(trust))

    def attributes(self, chain: Sequence[x509.Certificate], holder: x509.Certificate) -> Attributes:
        """What the proxies of a verified chain, leaf first, say of their end entity."""
        for certificate in chain:
            try:
                good = [
                    item
                    for item in attribute_certificates(certificate)
                    if self._holds(item, holder, time.time())
                ]
            except UNVERIFIED:
                continue  # an attribute certificate that proves nothing is none
            if good:
                fqans = dict.fromkeys(fqan for item in good for fqan in item.fqans)
                return Attributes(tuple(fqans), min(item.end for item in good))
        return NO_ATTRIBUTES

    def _holds(self, told: AttributeCertificate, holder: x509.Certificate, now: float) -> bool:
        """RFC 5755 section 5; raises one of UNVERIFIED for a signature that is wrong."""
        if told.unknown or not told.signers or not told.start <= now < told.end:
            return False
        if told.holder != (holder.issuer.public_bytes(), holder.serial_number):
            return False
        inside = (f"/{told.organisation}", f"/{told.organisation}/")
        if not all(fqan == inside[0] or fqan.startswith(inside[1]) for fqan in told.fqans):
            return False
        signer = told.signers[0]
        if told.issuer != signer.subject.public_bytes() or not self._may_sign(told):
            return False
        _verify(signer, told)
        return True

    def _may_sign(self, told: AttributeCertificate) -> bool:
        """Whether an LSC file of the organisation lists the chain of who signed."""
        if ORGANISATION.fullmatch(told.organisation) is None:
            return False
        names = self._verified_names(told.signers)
        return any(
            len(listed) >= 2 and listed == names[: len(listed)]
            for listed in _listed(self._vomsdir / told.organisation)
        )

    def _verified_names(self, given: Sequence[x509.Certificate]) -> list[str]:
        """Subjects from the signer up to beyond a trusted CA; none where no way leads there."""
        names, current = [dn(given[0].subject)], given[0]
        for _ in range(LONGEST):
            issuer = next(_issuers(current, (*self._anchors, *given[1:])), None)
            if issuer is None or not _is_valid_now(current):
                return []
            names.append(dn(issuer.subject))
            if issuer in self._anchors:
                return [*names, dn(issuer.issuer)] if _is_valid_now(issuer) else []
            current = issuer
        return []


def _verify(signer: x509.Certificate, told: AttributeCertificate) -> None:
    key, algorithm = signer.public_key(), HASHES[told.algorithm]
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(told.signature, told.signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(told.signature, told.signed, ec.ECDSA(algorithm))
    else:
        raise ValueError("no key that signs attributes")


def _issuers(
    certificate: x509.Certificate, candidates: Sequence[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Those CAs that issued a certificate."""
    for candidate in candidates:
        if candidate.subject == certificate.issuer and _is_authority(candidate):
            try:
                certificate.verify_directly_issued_by(candidate)
            except UNVERIFIED:
                continue
            yield candidate


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _is_valid_now(certificate: x509.Certificate) -> bool:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return start.timestamp() <= time.time() < end.timestamp()


def _listed(folder: Path) -> Iterator[list[str]]:
    """The chains of all LSC files in a folder: lists of subjects, the server's first."""
    for place in sorted(folder.glob("*.lsc")):
        for chain in place.read_text().split(NEXT_CHAIN):
            lines = (line.strip() for line in chain.splitlines())
            yield [line for line in lines if line and not line.startswith("#")]


def _authorities(trust: Path) -> Iterator[x509.Certificate]:
    """The certificates of a CA file, or of a directory of them."""
    places = sorted(trust.glob("*.[0-9]")) if trust.is_dir() else [trust]
    for place in places:
        yield from x509.load_pem_x509_certificates(place.read_bytes())
