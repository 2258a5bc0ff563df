"""VOMS attribute certificates as they stand in a proxy: from DER to values, nothing believed yet.

The grammar is that of RFC 5755; what VOMS puts into it, OGF GFD.182 sections 3.4 and 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from pyasn1.codec.der import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pyasn1_modules import rfc5755

IN_PROXY = x509.ObjectIdentifier("1.3.6.1.4.1.8005.100.100.5")
FQANS = "1.3.6.1.4.1.8005.100.100.4"
SIGNERS = "1.3.6.1.4.1.8005.100.100.10"
_UNUSED = ("/Role=NULL", "/Capability=NULL")
MALFORMED = (PyAsn1Error, ValueError, TypeError, KeyError, IndexError, RecursionError)
"""What reading something that is no attribute certificate may raise."""


@dataclass(frozen=True, slots=True)
class AttributeCertificate:
    """One attribute certificate. Names in DER, times in Unix time, `signers` leaf first.

    `signed` are the bytes under `signature`; `unknown` critical extensions we do not process.
    """

    signed: bytes
    signature: bytes
    algorithm: str
    holder: tuple[bytes, int]
    issuer: bytes
    start: float
    end: float
    organisation: str
    fqans: tuple[str, ...]
    signers: tuple[x509.Certificate, ...]
    unknown: tuple[str, ...]


class _Group(univ.SequenceOf):  # type: ignore[misc]
    componentType = univ.Any()


class _Groups(univ.SequenceOf):  # type: ignore[misc]
    componentType = _Group()


class _Signed(univ.Sequence):  # type: ignore[misc]
    """The outermost layer, with the bytes that are signed left as they are."""

    componentType = rfc5755.namedtype.NamedTypes(
        rfc5755.namedtype.NamedType("signed", univ.Any()),
        rfc5755.namedtype.NamedType("algorithm", univ.Any()),
        rfc5755.namedtype.NamedType("signature", univ.BitString()),
    )


def attribute_certificates(certificate: x509.Certificate) -> Iterator[AttributeCertificate]:
    """Those in one certificate; raises one of MALFORMED."""
    for extension in certificate.extensions:
        if extension.oid == IN_PROXY and isinstance(extension.value, x509.UnrecognizedExtension):
            for group in _decoded(extension.value.value, _Groups()):
                yield from (read(bytes(item)) for item in group)


def read(der: bytes) -> AttributeCertificate:
    """Read one attribute certificate; raises one of MALFORMED."""
    outer = _decoded(der, _Signed())
    whole = _decoded(der, rfc5755.AttributeCertificate())
    told = whole["acinfo"]
    if encoder.encode(told["signature"]) != bytes(outer["algorithm"]):
        raise ValueError("two signature algorithms")
    base, period = told["holder"]["baseCertificateID"], told["attrCertValidityPeriod"]
    organisation, fqans = _membership(told["attributes"])
    signers, unknown = _extensions(told["extensions"])
    return AttributeCertificate(
        signed=bytes(outer["signed"]),
        signature=outer["signature"].asOctets(),
        algorithm=str(told["signature"]["algorithm"]),
        holder=(_name(base["issuer"]), int(base["serial"])),
        issuer=_name(told["issuer"]["v2Form"]["issuerName"]),
        start=period["notBeforeTime"].asDateTime.timestamp(),
        end=period["notAfterTime"].asDateTime.timestamp(),
        organisation=organisation,
        fqans=fqans,
        signers=signers,
        unknown=unknown,
    )


def _decoded(der: bytes, grammar: Any) -> Any:
    found, rest = decoder.decode(der, asn1Spec=grammar)
    if rest:
        raise ValueError("something follows")
    return found


def _name(names: Any) -> bytes:
    """The one directory name among general names, in DER."""
    (only,) = names
    return bytes(encoder.encode(only["directoryName"]["rdnSequence"]))


def _membership(attributes: Any) -> tuple[str, tuple[str, ...]]:
    """The organisation, of `ORGANISATION://HOST:PORT`, and what its member is."""
    for attribute in attributes:
        if str(attribute["type"]) == FQANS:
            (value,) = attribute["values"]
            syntax = _decoded(bytes(value), rfc5755.IetfAttrSyntax())
            (authority,) = syntax["policyAuthority"]
            organisation = str(authority["uniformResourceIdentifier"]).partition("://")[0]
            fqans = (bytes(item["octets"]).decode("ascii") for item in syntax["values"])
            return organisation, tuple(map(_short, fqans))
    return "", ()


def _short(fqan: str) -> str:
    """A name without the parts that say nothing."""
    for end in reversed(_UNUSED):
        fqan = fqan.removesuffix(end)
    return fqan


KNOWN = frozenset({SIGNERS, "2.5.29.35", "2.5.29.56"})
"""Besides the signers: authority key identifier, and that nothing is ever revoked."""


def _extensions(extensions: Any) -> tuple[tuple[x509.Certificate, ...], tuple[str, ...]]:
    """The certificates of who signed, and critical extensions that are not understood."""
    signers: list[x509.Certificate] = []
    unknown = []
    for extension in extensions:
        oid = str(extension["extnID"])
        if oid == SIGNERS:
            for group in _decoded(bytes(extension["extnValue"]), _Groups()):
                signers += [x509.load_der_x509_certificate(bytes(item)) for item in group]
        elif oid not in KNOWN and bool(extension["critical"]):
            unknown.append(oid)
    return tuple(signers), tuple(unknown)
