"""wget2, a downloader for the whole web, by token and by certificate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting
from tests.real.places import Place

CLIENT = Program("wget2", "wget2")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
Wget2 = Callable[..., Done]


@pytest.fixture
def wget2(setting: Callable[..., Setting], here: Place) -> Wget2:
    """Run wget2 with a configuration from stdin, where a token may stand."""
    where = setting()

    def act(configuration: str, *words: str | Path) -> Done:
        known = ("--config=/dev/stdin", "--ca-certificate", here.server.ca, "--progress=none")
        return where.run(["wget2", *known, *words], configuration.encode())

    return act


def by_token(place: Place) -> str:
    token = place.server.credentials.token
    assert token
    return f'header = "Authorization: Bearer {token.read_text().strip()}"\n'


def by_certificate(place: Place) -> str:
    shown = place.server.credentials
    return f"certificate = {shown.cert}\nprivate-key = {shown.key}\n"


@pytest.mark.parametrize("identity", [by_token, by_certificate])
def test_a_file_is_fetched(
    wget2: Wget2, here: Place, content: Path, tmp_path: Path, identity: Callable[[Place], str]
) -> None:
    here.put("/f", content)
    done = wget2(identity(here), "-O", tmp_path / "back", here.url("/f"))
    assert done.code == 0, done.err.decode()
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_a_head_node_redirects(
    wget2: Wget2, redirected: Place, content: Path, tmp_path: Path
) -> None:
    test_a_file_is_fetched(wget2, redirected, content, tmp_path, by_token)


def test_a_broken_off_download_goes_on(
    wget2: Wget2, here: Place, content: Path, tmp_path: Path
) -> None:
    here.put("/f", content)
    (tmp_path / "back").write_bytes(content.read_bytes()[:1_000_000])
    done = wget2(by_token(here), "--continue", "-O", tmp_path / "back", here.url("/f"))
    assert done.code == 0, done.err.decode()
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_a_directory_page_leads_to_its_files(
    wget2: Wget2, here: Place, content: Path, tmp_path: Path
) -> None:
    here.mkdir("/d")
    for name in ("a", "with%20space"):
        here.put(f"/d/{name}", content)
    words = ("--recursive", "--no-parent", "--no-host-directories", "-P", tmp_path / "back")
    done = wget2(by_token(here), *words, here.url("/d/"))
    assert done.code == 0, done.err.decode()
    for name in ("a", "with space"):
        found = tmp_path / "back" / here.path[1:] / "d" / name
        assert found.read_bytes() == content.read_bytes()


def test_nobody_is_let_in(wget2: Wget2, here: Place, content: Path, tmp_path: Path) -> None:
    here.put("/f", content)
    done = wget2("", "-O", tmp_path / "back", here.url("/f"))
    assert done.code != 0
    assert not (tmp_path / "back").exists() or not (tmp_path / "back").read_bytes()
