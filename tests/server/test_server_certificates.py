"""X.509 users: certificates, RFC 3820 proxies, and forged ones."""

from __future__ import annotations

import datetime
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fixtures.pki import Testbed
from fixtures.pki.authority import Authority
from fixtures.pki.testbed import Defect
from reference_server import pki
from tests.server.server_kit import Server

Forge = Callable[[pki.Credential, pki.Credential], list[pki.Credential]]


def status(server: Server, chain: Path, key: Path | None = None) -> int:
    """Status of a GET of a missing file: 404 for an authenticated user, 0 for no handshake."""
    try:
        with server.client(token=None, cert=str(chain), key=key and str(key)) as client:
            return client.ask("GET", "/nosuch").status
    except (ssl.SSLError, ConnectionError, EOFError):
        return 0


def test_certificate_and_proxy_authenticate(server: Server) -> None:
    held = server.ready["credentials"]
    assert status(server, Path(held["cert"]), Path(held["key"])) == 404
    assert status(server, Path(held["proxy"])) == 404


def proxy_of(
    issuer: pki.Credential,
    *,
    subject: x509.Name | None = None,
    information: bytes | None = pki.INHERIT_ALL,
    signer: pki.Credential | None = None,
    start: datetime.timedelta = datetime.timedelta(minutes=-5),
) -> pki.Credential:
    """A proxy, right or wrong as asked."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.RelativeDistinguishedName(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, str(x509.random_serial_number() % 9999))]
    )
    begin = datetime.datetime.now(datetime.UTC) + start
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or x509.Name([*issuer.certificate.subject.rdns, name]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(hours=1))
    )
    if information is not None:
        extension = x509.UnrecognizedExtension(pki.PROXY_CERT_INFO, information)
        builder = builder.add_extension(extension, critical=True)
    return pki.Credential(builder.sign((signer or issuer).key, hashes.SHA256()), key)


NO_MORE = bytes.fromhex("300f020100300a06082b06010505071501")
"""ProxyCertInfo with a path length of 0."""
STRANGER = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody Else")])


def below_a_last_one(user: pki.Credential, _: pki.Credential) -> list[pki.Credential]:
    last = proxy_of(user, information=NO_MORE)
    return [proxy_of(last), last, user]


def two_in_a_row(user: pki.Credential, _: pki.Credential) -> list[pki.Credential]:
    first = proxy_of(user)
    return [proxy_of(first), first, user]


FORGERIES: dict[str, tuple[Forge, str | None]] = {
    "right": (lambda user, _: [proxy_of(user), user], None),
    "second": (two_in_a_row, None),
    "foreign subject": (
        lambda user, _: [proxy_of(user, subject=STRANGER), user],
        "proxy-rules-not-enforced",
    ),
    "no information": (
        lambda user, _: [proxy_of(user, information=None), user],
        "proxy-rules-not-enforced",
    ),
    "other key": (
        lambda user, other: [proxy_of(user, signer=other), user],
        "proxy-rules-not-enforced",
    ),
    "path length": (below_a_last_one, "proxy-path-length-ignored"),
    "expired": (
        lambda user, _: [proxy_of(user, start=datetime.timedelta(hours=-2)), user],
        "certificate-dates-ignored",
    ),
    "not yet valid": (
        lambda user, _: [proxy_of(user, start=datetime.timedelta(days=1)), user],
        "certificate-dates-ignored",
    ),
    "unknown issuer": (lambda _, other: [other], "any-issuer-trusted"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_only_right_chains_authenticate(
    tmp_path: Path, launch: Callable[..., Server], name: str
) -> None:
    forge, deviation = FORGERIES[name]
    ca = pki.make_ca()
    user, host = pki.make_user(ca), pki.make_host(ca)
    other = replace(pki.make_user(pki.make_ca()))
    for place, content in (
        ("ca.pem", pki.pem(ca.certificate)),
        ("host.pem", pki.pem(host.certificate)),
        ("host.key", pki.key_pem(host.key)),
    ):
        (tmp_path / place).write_bytes(content)
    chain = forge(user, other)
    bundle = pki.pem(chain[0].certificate) + pki.key_pem(chain[0].key)
    bundle += b"".join(pki.pem(item.certificate) for item in chain[1:])
    (tmp_path / "chain.pem").write_bytes(bundle)
    files = [str(tmp_path / place) for place in ("host.pem", "host.key", "ca.pem")]
    options = ["--cert", files[0], "--key", files[1], "--ca", files[2]]
    right = status(launch(*options), tmp_path / "chain.pem")
    assert right == (404 if deviation is None else 0)
    if deviation is not None:
        wrong = launch(*options, "--deviation", deviation)
        assert status(wrong, tmp_path / "chain.pem") == 404


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("revoked") / "testbed")


def options_of(testbed: Testbed) -> list[str]:
    host = testbed.host()
    return ["--cert", str(host.cert), "--key", str(host.key), "--capath", str(testbed.capath)]


@pytest.mark.parametrize("form", ["file", "directory"])
def test_revoked_certificates_are_refused(
    testbed: Testbed, launch: Callable[..., Server], form: str
) -> None:
    lists = next(testbed.capath.glob("*.r0")) if form == "file" else testbed.capath
    server = launch(*options_of(testbed), "--crl", str(lists))
    good, revoked = testbed.user(), testbed.bad_user(Defect.REVOKED)
    assert status(server, good.cert, good.key) == 404
    assert status(server, testbed.proxy(good)) == 404
    assert status(server, revoked.cert, revoked.key) == 0
    assert status(server, testbed.proxy(revoked)) == 0
    assert status(launch(*options_of(testbed)), revoked.cert, revoked.key) == 404


def test_a_ca_without_a_list_vouches_for_nobody(
    testbed: Testbed, launch: Callable[..., Server], tmp_path: Path
) -> None:
    """A revocation that cannot be seen must not be taken for none."""
    lists = tmp_path / "other.pem"
    other = Authority.create("Another CA").revocation_list([])
    lists.write_bytes(other.public_bytes(serialization.Encoding.PEM))
    *options, _ = options_of(testbed)  # the directory of CAs has a list: trust the file instead
    server = launch(*options, str(testbed.ca), "--crl", str(lists))
    assert status(server, testbed.user().cert, testbed.user().key) == 0


def test_limited_proxies_are_the_person(testbed: Testbed, launch: Callable[..., Server]) -> None:
    assert status(launch(*options_of(testbed)), testbed.proxy(testbed.user(), limited=True)) == 404


def test_the_person_is_the_end_entity(
    testbed: Testbed, launch: Callable[..., Server], tmp_path: Path
) -> None:
    """Grants to the name of the certificate hold for its proxies; names of proxies are nobody's."""
    subject, proxy = "/DC=org/DC=example/CN=Test User", testbed.proxy(testbed.user())
    below = pki.dn(x509.load_pem_x509_certificates(proxy.read_bytes())[0].subject)
    assert below.startswith(f"{subject}/CN=")
    grants = tmp_path / "grants.json"
    for name, expected in ((subject, 404), (below, 403)):
        grants.write_text(json.dumps({name: ["READ_METADATA", "DOWNLOAD"]}))
        assert status(launch(*options_of(testbed), "--grants", str(grants)), proxy) == expected
