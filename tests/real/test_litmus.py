"""litmus, the WebDAV conformance tests of Joe Orton: class 1 of RFC 4918, one program per topic.

Locks are left out: the reference server claims class 1 only. Of the properties fail exactly those
tests that store dead ones, which the server refuses, as dCache does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.pki import Testbed
from tests.real.clients import Program, Setting
from tests.real.places import Place

Litmus = Callable[[str, str], str]
CLIENT = Program("litmus", "litmus")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
FAILED = re.compile(r"^ *\d+\. (\w+)\.+ *FAIL", re.MULTILINE)
SUMMARY = re.compile(r"(\d+) passed, \d+ failed")
DEAD_PROPERTIES = {"propset", "propmanyns", "propget"}
TOPICS = {
    "basic": (16, set[str]()),
    "copymove": (13, set[str]()),
    "props": (11, DEAD_PROPERTIES),
    "http": (3, set[str]()),
}
"""Per topic: how many tests pass, and which fail; what stores dead properties is then skipped."""


@pytest.fixture
def litmus(setting: Callable[..., Setting], testbed: Testbed, tmp_path: Path) -> Litmus:
    """Run one topic as the known person, in PKCS#12 as the only form that litmus takes."""
    person, form = testbed.user(), tmp_path / "user.p12"
    # openssl, since neon wants the check sum that an empty password leaves in the file.
    words = ("openssl", "pkcs12", "-export", "-in", person.cert, "-inkey", person.key)
    assert setting().run([*words, "-out", form, "-passout", "pass:"]).code == 0

    def act(topic: str, url: str) -> str:
        where = setting({"TESTS": topic})
        return where.run(["litmus", "--keep-going", "-c", form, url]).text.replace("\r", "\n")

    return act


@pytest.mark.parametrize("topic", TOPICS)
def test_topic(litmus: Litmus, here: Place, topic: str) -> None:
    passing, failing = TOPICS[topic]
    said = litmus(topic, here.url("/"))
    assert set(FAILED.findall(said)) == failing, said
    assert SUMMARY.findall(said) == [str(passing)], said
