"""aria2 fetches a file in pieces over several connections, and what a Metalink describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting
from tests.real.places import WANT_MD5, Place

CLIENT = Program("aria2c", "aria2")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
Aria2 = Callable[..., Done]


@pytest.fixture
def aria2(setting: Callable[..., Setting], here: Place, tmp_path: Path) -> Aria2:
    """Fetch a URL into `tmp_path`/fetched; the token comes by stdin, never as an argument."""
    where = setting()

    def act(url: str, *words: str, at: Place = here) -> Done:
        token = at.server.credentials.token
        assert token
        told = f"{url}\n header=Authorization: Bearer {token.read_text().strip()}\n"
        place = ("--ca-certificate", at.server.ca, "--dir", tmp_path / "fetched")
        known = (*place, "--input-file=-", "--no-conf", "--console-log-level=notice")
        return where.run(["aria2c", *known, *words], told.encode())

    return act


def test_a_file_is_fetched_in_four_pieces(
    aria2: Aria2, here: Place, content: Path, tmp_path: Path
) -> None:
    content.write_bytes(content.read_bytes() * 3)
    here.put("/f", content)
    pieces = ("-x4", "-s4", "-k1M", "--min-split-size=1M", "--file-allocation=none")
    done = aria2(here.url("/f"), *pieces)
    assert done.code == 0, done.text
    assert (tmp_path / "fetched/f").read_bytes() == content.read_bytes()


def test_a_head_node_redirects_every_piece(
    aria2: Aria2, redirected: Place, content: Path, tmp_path: Path
) -> None:
    redirected.put("/f", content)
    pieces = ("-x3", "-s3", "-k1M", "--min-split-size=1M")
    done = aria2(redirected.url("/f"), *pieces, at=redirected)
    assert done.code == 0, done.text
    assert (tmp_path / "fetched/f").read_bytes() == content.read_bytes()


def test_a_broken_off_download_goes_on(
    aria2: Aria2, here: Place, content: Path, tmp_path: Path
) -> None:
    here.put("/f", content)
    (tmp_path / "fetched").mkdir()
    (tmp_path / "fetched/f").write_bytes(content.read_bytes()[:1_000_000])
    done = aria2(here.url("/f"), "--continue=true")
    assert done.code == 0, done.text
    assert (tmp_path / "fetched/f").read_bytes() == content.read_bytes()


def test_a_wrong_checksum_is_noticed(aria2: Aria2, here: Place, content: Path) -> None:
    here.put("/f", content)
    assert aria2(here.url("/f"), f"--checksum=md5={'0' * 32}").code == 32


def test_a_metalink_names_every_file_of_a_directory(
    aria2: Aria2, here: Place, content: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        here.put(f"/{name}", content, *WANT_MD5)
    done = aria2(here.url("/?type=metalink"), "--follow-metalink=mem")
    assert done.code == 0, done.text
    assert done.text.count("Verification finished successfully") == 2
    for name in ("a", "b"):
        assert (tmp_path / "fetched" / name).read_bytes() == content.read_bytes()
