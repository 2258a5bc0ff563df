"""VOMS attributes: real ones of voms-proxy-fake, and forged ones made from them."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyasn1.codec.der import decoder, encoder
from pyasn1.type import univ
from pyasn1_modules import rfc5755

from fixtures.pki import Testbed, VomsToolMissing
from reference_server import pki
from reference_server.auth.attributes import IN_PROXY
from reference_server.auth.membership import Attributes
from reference_server.auth.voms import Voms
from tests.real.clients import absent
from tests.server.server_kit import Server
from tests.server.test_server_certificates import status

FQAN = "/testbed/prod/Role=boss"
HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("voms") / "testbed")


@pytest.fixture(scope="module")
def proxy(testbed: Testbed) -> Path:
    """A proxy whose attributes hold for an hour."""
    try:
        return testbed.voms_proxy(testbed.user(), FQAN, lifetime=HOUR)
    except VomsToolMissing as missing:
        absent(str(missing))


@pytest.fixture(scope="module")
def chain(proxy: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(proxy.read_bytes())


@pytest.fixture(scope="module")
def raw(chain: list[x509.Certificate]) -> bytes:
    """The extension with the attribute certificate."""
    value = chain[0].extensions.get_extension_for_oid(IN_PROXY).value
    assert isinstance(value, x509.UnrecognizedExtension)
    return value.value


def fqans(testbed: Testbed, chain: list[x509.Certificate]) -> tuple[str, ...]:
    return Voms(testbed.vomsdir, testbed.capath).attributes(chain, chain[-1]).now


def carrying(testbed: Testbed, value: bytes, who: str = "Test User") -> list[x509.Certificate]:
    """A person's new proxy around an extension."""
    user = testbed.user(who).load()
    key, now = rsa.generate_private_key(65537, 2048), dt.datetime.now(dt.UTC)
    name = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "17")])
    builder = x509.CertificateBuilder(
        user.certificate.subject,
        x509.Name([*user.certificate.subject.rdns, name]),
        key.public_key(),
        17,
        now - HOUR,
        now + HOUR,
    )
    for oid, content in ((pki.PROXY_CERT_INFO, pki.INHERIT_ALL), (IN_PROXY, value)):
        extension = x509.UnrecognizedExtension(oid, content)
        builder = builder.add_extension(extension, critical=oid == pki.PROXY_CERT_INFO)
    return [builder.sign(user.key, hashes.SHA256()), user.certificate]


def test_attributes_of_the_real_tool_are_read(
    testbed: Testbed, chain: list[x509.Certificate]
) -> None:
    found = Voms(testbed.vomsdir, testbed.capath).attributes(chain, chain[-1])
    assert found.fqans == (FQAN,)
    assert time.time() < found.expires <= time.time() + 3600


def test_they_are_read_below_further_proxies(testbed: Testbed, raw: bytes) -> None:
    first, user = carrying(testbed, raw)
    assert fqans(testbed, [first, user]) == (FQAN,)
    assert fqans(testbed, [further_proxy(testbed), first, user]) == (FQAN,)


def further_proxy(testbed: Testbed) -> x509.Certificate:
    return x509.load_pem_x509_certificates(testbed.proxy(testbed.user()).read_bytes())[0]


def test_parts_that_say_nothing_are_left_out(testbed: Testbed, proxy: Path) -> None:
    place = testbed.voms_proxy(testbed.user(), "/testbed")
    assert fqans(testbed, x509.load_pem_x509_certificates(place.read_bytes())) == ("/testbed",)


def test_expired_attributes_are_none(
    testbed: Testbed, chain: list[x509.Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fqans(testbed, chain) == (FQAN,)
    held = Voms(testbed.vomsdir, testbed.capath).attributes(chain, chain[-1])
    later = time.time() + 3700
    monkeypatch.setattr("reference_server.auth.voms.time.time", lambda: later)
    assert held.now == ()
    assert fqans(testbed, chain) == ()


def test_attributes_of_somebody_else_are_none(testbed: Testbed, raw: bytes, proxy: Path) -> None:
    assert fqans(testbed, carrying(testbed, raw)) == (FQAN,)
    assert fqans(testbed, carrying(testbed, raw, "Thief")) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"/testbed/prod", b"/testbed/boss"), (b"voms.localhost", b"voms.localhosT")],
)
def test_changed_bytes_are_none(testbed: Testbed, raw: bytes, old: bytes, new: bytes) -> None:
    assert old in raw
    assert fqans(testbed, carrying(testbed, raw.replace(old, new))) == ()


def resigned(raw: bytes, key: Any, change: Callable[[Any], None]) -> bytes:
    """The extension with a changed attribute certificate that is signed again."""
    inner = univ.SequenceOf(componentType=rfc5755.AttributeCertificate())
    groups, _ = decoder.decode(raw, univ.SequenceOf(componentType=inner))
    whole = groups[0][0]
    change(whole["acinfo"])
    signature = key.sign(encoder.encode(whole["acinfo"]), padding.PKCS1v15(), hashes.SHA256())
    whole["signatureValue"] = univ.BitString.fromOctetString(signature)
    return bytes(encoder.encode(groups))


def nothing(told: Any) -> None:
    """Leave it as it is."""


def other_organisation(told: Any) -> None:
    value = bytes(told["attributes"][0]["values"][0])
    told["attributes"][0]["values"][0] = univ.Any(value.replace(b"/testbed/prod", b"/another/prod"))


def another_name(told: Any) -> None:
    """An organisation that leads out of the vomsdir."""
    value = bytes(told["attributes"][0]["values"][0])
    told["attributes"][0]["values"][0] = univ.Any(value.replace(b"testbed", b"../etc/"))


def critical(told: Any) -> None:
    told["extensions"][1]["extnID"] = "2.5.29.55"
    told["extensions"][1]["critical"] = True


def expired(told: Any) -> None:
    for name, years in (("notBeforeTime", "2019"), ("notAfterTime", "2020")):
        told["attrCertValidityPeriod"][name] = f"{years}0101000000Z"


def without_signer(told: Any) -> None:
    told["extensions"][0]["extnID"] = "2.5.29.99"


CHANGES: dict[str, tuple[Callable[[Any], None], tuple[str, ...]]] = {
    "nothing": (nothing, (FQAN,)),
    "other organisation": (other_organisation, ()),
    "path": (another_name, ()),
    "critical": (critical, ()),
    "expired": (expired, ()),
    "without signer": (without_signer, ()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_trusted_server_may_not_say_everything(testbed: Testbed, raw: bytes, name: str) -> None:
    change, expected = CHANGES[name]
    kept = testbed.directory / "kept" / "voms-localhost" / "key.pem"
    key = load_pem_private_key(kept.read_bytes(), None)
    assert fqans(testbed, carrying(testbed, resigned(raw, key, change))) == expected


def test_a_signature_of_another_key_is_none(testbed: Testbed, raw: bytes) -> None:
    key = rsa.generate_private_key(65537, 2048)
    assert fqans(testbed, carrying(testbed, resigned(raw, key, nothing))) == ()


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "/DC=org/DC=example/CN=voms.localhost\n",
        "/DC=org/DC=example/CN=elsewhere\n/DC=org/DC=example/CN=Testbed CA\n",
        "/DC=org/DC=example/CN=voms.localhost\n/DC=org/DC=example/CN=Other CA\n",
    ],
)
def test_servers_that_are_not_listed_are_not_believed(
    testbed: Testbed, chain: list[x509.Certificate], tmp_path: Path, lines: str
) -> None:
    place = tmp_path / "testbed"
    place.mkdir()
    (place / "localhost.lsc").write_text(lines)
    unlisted = Voms(tmp_path, testbed.capath)
    assert unlisted.attributes(chain, chain[-1]) == Attributes()
    right = "/DC=org/DC=example/CN=voms.localhost\n/DC=org/DC=example/CN=Testbed CA\n"
    (place / "localhost.lsc").write_text(f"{lines}\n------ NEXT CHAIN ------\n{right}")
    assert unlisted.attributes(chain, chain[-1]).fqans == (FQAN,)


def test_a_listed_name_of_an_untrusted_ca_is_not_believed(
    testbed: Testbed, chain: list[x509.Certificate], tmp_path: Path
) -> None:
    other = Testbed.create(tmp_path / "other")  # a CA of the same name with another key
    assert Voms(testbed.vomsdir, other.capath).attributes(chain, chain[-1]) == Attributes()


@pytest.mark.parametrize(
    "value", [b"", b"\x30\x00", b"\x30\x02\x30\x00", b"\x30\x84" + b"\xff" * 9]
)
def test_rubbish_is_none(testbed: Testbed, value: bytes) -> None:
    assert fqans(testbed, carrying(testbed, value)) == ()
    assert fqans(testbed, carrying(testbed, b"\x30\x80" * 2000)) == ()


def test_a_group_brings_what_was_granted_to_it(
    testbed: Testbed, proxy: Path, launch: Callable[..., Server], tmp_path: Path
) -> None:
    host = testbed.host()
    grants = tmp_path / "grants.json"
    grants.write_text(json.dumps({f"voms:{FQAN}": ["READ_METADATA", "LIST", "DOWNLOAD"]}))
    options = ["--cert", str(host.cert), "--key", str(host.key), "--capath", str(testbed.capath)]
    options += ["--grants", str(grants)]
    server = launch(*options, "--vomsdir", str(testbed.vomsdir))
    plain = testbed.proxy(testbed.user())
    assert status(server, proxy) == 404
    assert status(server, plain) == 403  # known, in no group
    assert status(launch(*options), proxy) == 403  # where nobody is trusted to say so
    with server.client(token=None, cert=str(proxy)) as client:
        assert client.ask("PUT", "/f", body=b"x").status == 403  # not granted to the group
