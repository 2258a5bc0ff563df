"""A throw-away testbed PKI: CA, host certificate, user certificate and RFC 3820 proxy.

Elliptic curves for CA and host (a handshake costs a tenth of RSA), RSA for user and proxy, because
some grid software knows nothing else there.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PROXY_CERT_INFO = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14")
INHERIT_ALL = bytes.fromhex("300c300a06082b06010505071501")
"""ProxyCertInfo without path length, policy language id-ppl-inheritAll (RFC 3820 section 3.8)."""
LIFETIME = datetime.timedelta(days=7)
LONG_KEYS = {NameOID.EMAIL_ADDRESS: "emailAddress", NameOID.SERIAL_NUMBER: "serialNumber"}
"""What RFC 4514 has no short name for and OpenSSL's slash form has."""
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key


@dataclass(frozen=True, slots=True)
class Files:
    """Where the parts of a PKI lie on disk."""

    ca: Path
    capath: Path
    cert: Path
    key: Path
    user_cert: Path
    user_key: Path
    proxy: Path


def write_pki(folder: Path) -> Files:
    """Make a complete PKI in `folder`, an existing directory."""
    ca = make_ca()
    host, user = make_host(ca), make_user(ca)
    proxy = make_proxy(user)
    files = Files(
        ca=folder / "ca.pem",
        capath=folder / "certificates",
        cert=folder / "host.pem",
        key=folder / "host.key",
        user_cert=folder / "user.pem",
        user_key=folder / "user.key",
        proxy=folder / "proxy.pem",
    )
    files.ca.write_bytes(pem(ca.certificate))
    write_hashed_directory(files.capath, ca.certificate)
    files.cert.write_bytes(pem(host.certificate))
    write_secret(files.key, key_pem(host.key))
    files.user_cert.write_bytes(pem(user.certificate))
    write_secret(files.user_key, key_pem(user.key))
    write_secret(files.proxy, pem(proxy.certificate) + key_pem(proxy.key) + pem(user.certificate))
    return files


def make_ca() -> Credential:
    """A self-signed certification authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("httptpc throw-away CA")
    builder = _builder(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(certificates=True), critical=True)
    return Credential(_sign(builder, key), key)


def make_host(ca: Credential) -> Credential:
    """A certificate for every name under which this machine reaches itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name("localhost"), ca.certificate.subject, key)
    names = [x509.DNSName("localhost")]
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
    builder = builder.add_extension(
        x509.SubjectAlternativeName([*names, *addresses]), critical=False
    )
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    return Credential(_sign(_end_entity(builder), ca.key), key)


def make_user(ca: Credential) -> Credential:
    """A user certificate that can sign proxies."""
    key = rsa.generate_private_key(65537, 2048)
    builder = _builder(_name("Reference User"), ca.certificate.subject, key)
    return Credential(_sign(_end_entity(builder), ca.key), key)


def make_proxy(user: Credential) -> Credential:
    """An RFC 3820 proxy of a user: subject is the issuer's plus one CN."""
    key = rsa.generate_private_key(65537, 2048)
    serial = x509.random_serial_number() % 2**31
    common_name = x509.RelativeDistinguishedName(
        [x509.NameAttribute(NameOID.COMMON_NAME, str(serial))]
    )
    subject = x509.Name([*user.certificate.subject.rdns, common_name])
    builder = _builder(subject, user.certificate.subject, key)
    information = x509.UnrecognizedExtension(PROXY_CERT_INFO, INHERIT_ALL)
    builder = builder.add_extension(information, critical=True)
    return Credential(_sign(builder.add_extension(_usage(), critical=True), user.key), key)


def write_hashed_directory(folder: Path, certificate: x509.Certificate) -> None:
    """A CA directory as OpenSSL looks one up: HASH.0, and the signing policy of grid clients."""
    folder.mkdir(exist_ok=True)
    name = subject_hash(certificate.subject)
    (folder / f"{name}.0").write_bytes(pem(certificate))
    text = dn(certificate.subject)
    (folder / f"{name}.signing_policy").write_text(
        f"access_id_CA X509 '{text}'\npos_rights globus CA:sign\ncond_subjects globus '\"/*\"'\n"
    )


def subject_hash(name: x509.Name) -> str:
    """X509_NAME_hash of OpenSSL: SHA-1 of the canonical encoding, first four bytes reversed."""
    canonical = b"".join(
        _der(0x31, b"".join(_canonical(attribute) for attribute in rdn)) for rdn in name.rdns
    )
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return digest[:4][::-1].hex()


def _canonical(attribute: x509.NameAttribute[str | bytes]) -> bytes:
    folded = " ".join(str(attribute.value).lower().split()).encode()
    return _der(0x30, _der_oid(attribute.oid.dotted_string) + _der(0x0C, folded))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size])
    return bytes([tag]) + length + content


def _der_oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytes([first * 40 + second])
    for arc in rest:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return _der(0x06, content)


def dn(name: x509.Name) -> str:
    """A name in the slash form that grid mappings use."""
    return "".join(f"/{_key(attribute)}={attribute.value!s}" for attribute in name)


def _key(attribute: x509.NameAttribute[str | bytes]) -> str:
    return LONG_KEYS.get(attribute.oid, attribute.rfc4514_attribute_name)


def pem(certificate: x509.Certificate) -> bytes:
    """PEM of a certificate."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: Key) -> bytes:
    """Unencrypted PEM of a key, in the traditional form that every grid client reads."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def write_secret(place: Path, content: bytes) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    place.touch(mode=0o600)
    place.write_bytes(content)


def _name(common_name: str) -> x509.Name:
    parts = (
        (NameOID.DOMAIN_COMPONENT, "org"),
        (NameOID.DOMAIN_COMPONENT, "httptpc"),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _builder(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _end_entity(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    return builder.add_extension(constraints, critical=True).add_extension(_usage(), critical=True)


def _usage(*, certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, issuer_key: Key) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(identifier, critical=False).sign(issuer_key, hashes.SHA256())
