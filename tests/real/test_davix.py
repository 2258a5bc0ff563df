"""davix, the library below gfal2 and FTS, through its own commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting
from tests.real.curl import by_certificate, curl
from tests.real.places import Place

CLIENT = Program("davix-cp", "davix")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]


@pytest.fixture
def davix(with_proxy: Setting, proxy: Path):
    """Run a command of davix with the proxy."""

    def act(command: str, *words: str | Path) -> Done:
        known = ("--capath", with_proxy.capath, "-E", proxy)
        return with_proxy.run([f"davix-{command}", *known, *words])

    return act


def limited(place: Place, name: str, activity: str, who: Path) -> str:
    """A macaroon for one activity on one file, valid for some minutes."""
    wish = json.dumps({"caveats": [f"activity:{activity}"], "validity": "PT5M"})
    kind = "Content-Type: application/macaroon-request"
    answer = curl(
        place.server, place.path + name, by_certificate(who), "-H", kind, "--data", wish
    )
    assert answer.status == 200
    return str(json.loads(answer.body)["macaroon"])


def test_a_file_goes_there_and_back(davix, here: Place, content: Path, tmp_path: Path):
    assert davix("put", content, here.url("/f", scheme="davs")).code == 0
    assert here.has("/f", content)
    assert davix("get", here.url("/f", scheme="davs"), tmp_path / "back").code == 0
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_a_directory_is_made_and_listed(davix, here: Place, content: Path):
    assert davix("mkdir", here.url("/d", scheme="davs")).code == 0
    here.put("/d/f", content)
    assert davix("ls", here.url("/d", scheme="davs")).text.split() == ["f"]
    size = str(content.stat().st_size)
    assert size in davix("ls", "-l", here.url("/d", scheme="davs")).text.split()


def test_a_file_is_moved(davix, here: Place, content: Path):
    here.put("/f", content)
    # davix-mv 0.8.4 ends with 255 whatever the server answers, so only the outcome counts.
    davix("mv", here.url("/f", scheme="davs"), here.url("/g", scheme="davs"))
    assert here.lacks("/f")
    assert here.has("/g", content)


def test_a_file_is_removed(davix, here: Place, content: Path):
    here.put("/f", content)
    assert davix("rm", here.url("/f", scheme="davs")).code == 0
    assert here.lacks("/f")


def test_a_missing_file_is_said_to_be_missing(davix, here: Place, tmp_path: Path):
    done = davix("get", here.url("/nothing", scheme="davs"), tmp_path / "back")
    assert done.code != 0
    assert b"File not found" in done.err


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_file_is_copied(davix, here: Place, there: Place, content: Path, proxy: Path, mode: str):
    here.put("/f", content)
    far, name, right = (here, "/f", "DOWNLOAD") if mode == "pull" else (there, "/g", "UPLOAD")
    # davix-cp takes headers from its command line only; this token opens one file for minutes.
    secret = limited(far, name, right, proxy)
    headers = ("-H", "Credential: none", "-H", f"TransferHeaderAuthorization: Bearer {secret}")
    ends = (here.url("/f", scheme="davs"), there.url("/g", scheme="davs"))
    assert davix("cp", "--copy-mode", mode, *headers, *ends).code == 0
    assert there.has("/g", content)


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_failing_copy_is_noticed(davix, here: Place, there: Place, mode: str, content: Path):
    """Without a token for it the far side refuses: 202 and a failure line."""
    here.put("/f", content)
    ends = (here.url("/f", scheme="davs"), there.url("/g", scheme="davs"))
    done = davix("cp", "--copy-mode", mode, "-H", "Credential: none", *ends)
    assert done.code != 0
    assert b"failure" in done.err
    assert there.lacks("/g")


@pytest.mark.xfail(strict=True, reason="the reference server has no GridSite delegation yet")
@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_copy_delegates_the_proxy(davix, here: Place, there: Place, mode: str, content: Path):
    here.put("/f", content)
    ends = (here.url("/f", scheme="davs"), there.url("/g", scheme="davs"))
    assert davix("cp", "--copy-mode", mode, "-H", "Credential: gridsite", *ends).code == 0
    assert there.has("/g", content)
