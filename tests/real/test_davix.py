"""davix, the library below gfal2 and FTS, through its own commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting
from tests.real.curl import by_certificate, curl
from tests.real.places import Place

CLIENT = Program("davix-cp", "davix")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
Davix = Callable[..., Done]
Copy = Callable[..., Done]
BOTH_WAYS = pytest.mark.parametrize("mode", ["pull", "push"])


@pytest.fixture
def davix(with_proxy: Setting, proxy: Path) -> Davix:
    """Run a command of davix with the proxy."""

    def act(command: str, *words: str | Path) -> Done:
        known = ("--capath", with_proxy.capath, "-E", proxy)
        return with_proxy.run([f"davix-{command}", *known, *words])

    return act


@pytest.fixture
def original(here: Place, content: Path) -> Path:
    """The file to be copied, which is at /f of the first place."""
    here.put("/f", content)
    return content


@pytest.fixture
def copy(davix: Davix, here: Place, there: Place) -> Copy:
    """Copy /f of the first place to /g of the second, with these headers."""
    ends = (here.url("/f", scheme="davs"), there.url("/g", scheme="davs"))

    def act(mode: str, *headers: str) -> Done:
        shown = [word for header in headers for word in ("-H", header)]
        return davix("cp", "--copy-mode", mode, *shown, *ends)

    return act


@pytest.fixture
def for_the_far_side(here: Place, there: Place, proxy: Path) -> Callable[[str], str]:
    """A header for the passive party.

    davix-cp takes headers as arguments only, where others on the machine see them: so the token in
    it is a macaroon for one activity on one file, valid for some minutes, on a throw-away server.
    """

    def act(mode: str) -> str:
        far, name, right = (here, "/f", "DOWNLOAD") if mode == "pull" else (there, "/g", "UPLOAD")
        wish = json.dumps({"caveats": [f"activity:{right}"], "validity": "PT5M"})
        words = ("-H", "Content-Type: application/macaroon-request", "--data", wish)
        answer = curl(far.server, far.path + name, by_certificate(proxy), *words)
        assert answer.status == 200
        return f"TransferHeaderAuthorization: Bearer {json.loads(answer.body)['macaroon']}"

    return act


def test_a_file_goes_there_and_back(
    davix: Davix, here: Place, content: Path, tmp_path: Path
) -> None:
    assert davix("put", content, here.url("/f", scheme="davs")).code == 0
    assert here.has("/f", content)
    assert davix("get", here.url("/f", scheme="davs"), tmp_path / "back").code == 0
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_a_head_node_redirects_there_and_back(
    davix: Davix, redirected: Place, content: Path, tmp_path: Path
) -> None:
    test_a_file_goes_there_and_back(davix, redirected, content, tmp_path)


def test_a_directory_is_made_and_listed(davix: Davix, here: Place, content: Path) -> None:
    assert davix("mkdir", here.url("/d", scheme="davs")).code == 0
    here.put("/d/f", content)
    assert davix("ls", here.url("/d", scheme="davs")).text.split() == ["f"]
    size = str(content.stat().st_size)
    assert size in davix("ls", "-l", here.url("/d", scheme="davs")).text.split()


def test_a_file_is_moved(davix: Davix, here: Place, content: Path) -> None:
    here.put("/f", content)
    # davix-mv 0.8.4 ends with 255 whatever the server answers, so only the outcome counts.
    davix("mv", here.url("/f", scheme="davs"), here.url("/g", scheme="davs"))
    assert here.lacks("/f")
    assert here.has("/g", content)


def test_a_file_is_removed(davix: Davix, here: Place, content: Path) -> None:
    here.put("/f", content)
    assert davix("rm", here.url("/f", scheme="davs")).code == 0
    assert here.lacks("/f")


def test_a_missing_file_is_said_to_be_missing(davix: Davix, here: Place, tmp_path: Path) -> None:
    done = davix("get", here.url("/nothing", scheme="davs"), tmp_path / "back")
    assert done.code != 0
    assert b"File not found" in done.err


@BOTH_WAYS
def test_a_file_is_copied(
    copy: Copy, original: Path, there: Place, for_the_far_side: Callable[[str], str], mode: str
) -> None:
    assert copy(mode, "Credential: none", for_the_far_side(mode)).code == 0
    assert there.has("/g", original)


@BOTH_WAYS
@pytest.mark.usefixtures("original")
def test_a_failing_copy_is_noticed(copy: Copy, there: Place, mode: str) -> None:
    """Without a token for it the far side refuses: 202 and a failure line."""
    done = copy(mode, "Credential: none")
    assert done.code != 0
    assert b"failure" in done.err
    assert there.lacks("/g")


@BOTH_WAYS
def test_a_copy_delegates_the_proxy(copy: Copy, original: Path, there: Place, mode: str) -> None:
    """GridSite: 302 with X-Delegate-To, a proxy of the proxy by SOAP, and the copy once more."""
    assert copy(mode, "Credential: gridsite").code == 0
    assert there.has("/g", original)
