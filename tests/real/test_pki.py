"""The testbed PKI before a judge that is not ours: the openssl command."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
from pathlib import Path

import pytest

from fixtures.pki import Credential, Defect, Forgery, Pair, Policy, Shape, Testbed, Window
from fixtures.pki.names import hashes

# OpenSSL asks for ProxyCertInfo, not for its being critical (RFC 3820 section 3.8 does).
REFUSED_BY_OPENSSL = [one for one in Forgery if one is not Forgery.UNCRITICAL_INFO]
GOOD = Window.around_now(dt.timedelta(hours=1))


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = ["openssl", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)


def verify(testbed: Testbed, *arguments: str | Path) -> bool:
    return openssl("verify", "-CApath", testbed.capath, *arguments).returncode == 0


def verify_proxy(testbed: Testbed, proxy: Path) -> bool:
    return verify(testbed, "-allow_proxy_certs", "-untrusted", proxy, proxy)


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Testbed:
    return Testbed.create(tmp_path_factory.mktemp("testbed"))


@pytest.fixture(scope="module")
def user(testbed: Testbed) -> Pair:
    return testbed.user()


def test_ca_is_found_under_both_hashes(testbed: Testbed) -> None:
    wanted = openssl("x509", "-in", testbed.ca, "-noout", "-subject_hash", "-subject_hash_old")
    assert tuple(wanted.stdout.split()) == hashes(testbed.authority.certificate.subject)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_host_is_trusted_under_every_loopback_name(testbed: Testbed, name: str) -> None:
    option = "-verify_hostname" if name == "localhost" else "-verify_ip"
    assert verify(testbed, "-purpose", "sslserver", option, name, testbed.host().cert)


@pytest.mark.parametrize("defect", list(Defect))
def test_bad_host_is_refused(testbed: Testbed, defect: Defect) -> None:
    cert = testbed.bad_host(defect).cert
    assert not verify(testbed, "-crl_check", "-verify_hostname", "localhost", cert)


@pytest.mark.parametrize("defect", [one for one in Defect if one is not Defect.WRONG_NAME])
def test_bad_user_is_refused_but_has_the_known_name(testbed: Testbed, defect: Defect) -> None:
    bad, good = testbed.bad_user(defect).load(), testbed.user().load()
    assert bad.certificate.subject == good.certificate.subject
    assert not verify(testbed, "-crl_check", testbed.bad_user(defect).cert)


def test_user_passes_the_revocation_check(testbed: Testbed, user: Pair) -> None:
    assert verify(testbed, "-crl_check", user.cert)


@pytest.mark.parametrize("policy", list(Policy))
def test_proxy_is_a_valid_rfc3820_chain(testbed: Testbed, user: Pair, policy: Policy) -> None:
    proxy = testbed.odd_proxy(user.load(), Shape(GOOD, policy))
    assert verify_proxy(testbed, proxy)
    assert verify_proxy(testbed, testbed.odd_proxy(Credential.load(proxy), Shape(GOOD)))


def test_expired_proxy_is_refused(testbed: Testbed, user: Pair) -> None:
    assert not verify_proxy(testbed, testbed.proxy(user, expired=True))


@pytest.mark.parametrize("forgery", REFUSED_BY_OPENSSL)
def test_forged_proxy_is_refused(testbed: Testbed, user: Pair, forgery: Forgery) -> None:
    assert not verify_proxy(testbed, testbed.odd_proxy(user.load(), Shape(GOOD, forgery=forgery)))


def test_path_length_ends_the_chain(testbed: Testbed, user: Pair) -> None:
    last = testbed.odd_proxy(user.load(), Shape(GOOD, path_length=0))
    assert verify_proxy(testbed, last)
    assert not verify_proxy(testbed, testbed.odd_proxy(Credential.load(last), Shape(GOOD)))


def test_keys_are_readable_by_their_owner_only(testbed: Testbed, user: Pair) -> None:
    host, proxy = testbed.host(), testbed.proxy(user)
    for secret in (testbed.directory / "ca.key", host.key, user.key, proxy):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_another_process_can_join(testbed: Testbed, user: Pair) -> None:
    joined = Testbed.open(testbed.directory)
    assert joined.user() == user
    assert verify(testbed, joined.host().cert)
