"""rclone's webdav backend: a tree of files goes there, is compared, changed and taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting
from tests.real.places import Place

CLIENT = Program("rclone", "rclone", ("version",))
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
Rclone = Callable[..., Done]


@pytest.fixture
def rclone(setting: Callable[..., Setting], here: Place) -> Rclone:
    """Run a command of rclone; the remote `at:` is the test's own place, by bearer token."""
    token = here.server.credentials.token
    assert token
    remote = {"TYPE": "webdav", "URL": here.url(), "VENDOR": "other"}
    remote["BEARER_TOKEN"] = token.read_text().strip()
    config = {"RCLONE_CONFIG": "/dev/null", "RCLONE_CA_CERT": str(here.server.ca)}
    where = setting({**config, **{f"RCLONE_CONFIG_AT_{key}": word for key, word in remote.items()}})

    def act(*words: str | Path) -> Done:
        done = where.run(["rclone", *words])
        assert done.code == 0, done.err.decode()[-2000:]
        return done

    return act


@pytest.fixture
def tree(tmp_path: Path, content: Path) -> Path:
    """A directory with a large file, an empty one and odd names."""
    top = tmp_path / "tree"
    (top / "sub dir").mkdir(parents=True)
    (top / "large").write_bytes(content.read_bytes())
    (top / "sub dir/empty").write_bytes(b"")
    (top / "sub dir/100% +&#?=é;").write_bytes(b"odd")
    return top


def names(rclone: Rclone, *words: str) -> set[str]:
    return set(rclone("lsf", "-R", "--files-only", *words).text.splitlines())


def test_a_tree_is_copied_and_compared(rclone: Rclone, tree: Path, tmp_path: Path) -> None:
    rclone("copy", tree, "at:tree")
    assert b"3 matching files" in rclone("check", "--download", tree, "at:tree").err
    rclone("copy", "at:tree", tmp_path / "back")
    for file in tree.rglob("*"):
        if file.is_file():
            back = tmp_path / "back" / file.relative_to(tree)
            assert back.read_bytes() == file.read_bytes()


def test_sync_takes_away_what_is_gone(rclone: Rclone, tree: Path, here: Place) -> None:
    rclone("copy", tree, "at:tree")
    (tree / "sub dir/empty").unlink()
    (tree / "large").write_bytes(b"small now")
    rclone("sync", tree, "at:tree")
    assert names(rclone, "at:tree") == {"large", "sub dir/100% +&#?=é;"}
    assert here.has("/tree/large", tree / "large")


def test_a_file_is_shown(rclone: Rclone, tree: Path) -> None:
    rclone("copyto", tree / "large", "at:f")
    assert rclone("cat", "at:f").out == (tree / "large").read_bytes()


def test_a_part_of_a_file_is_shown(rclone: Rclone, tree: Path) -> None:
    rclone("copyto", tree / "large", "at:f")
    part = rclone("cat", "--offset", "1000", "--count", "500", "at:f").out
    assert part == (tree / "large").read_bytes()[1000:1500]


def test_a_file_is_moved(rclone: Rclone, tree: Path, here: Place) -> None:
    rclone("copyto", tree / "large", "at:f")
    rclone("moveto", "at:f", "at:g")
    assert here.lacks("/f")
    assert here.has("/g", tree / "large")


def test_a_file_is_copied_by_the_server(rclone: Rclone, tree: Path, here: Place) -> None:
    rclone("copyto", tree / "large", "at:f")
    copied = rclone("-v", "copyto", "at:f", "at:g")
    assert b"server-side copy" in copied.err
    assert here.has("/f", tree / "large")
    assert here.has("/g", tree / "large")


def test_a_directory_is_moved(rclone: Rclone, tree: Path) -> None:
    rclone("copy", tree, "at:tree")
    rclone("moveto", "at:tree", "at:elsewhere")
    assert names(rclone, "at:") == {f"elsewhere/{name}" for name in names(rclone, "at:elsewhere")}
    assert len(names(rclone, "at:elsewhere")) == 3


def test_files_and_directories_are_deleted(rclone: Rclone, tree: Path, here: Place) -> None:
    rclone("copy", tree, "at:tree")
    rclone("delete", "at:tree")
    assert names(rclone, "at:") == set()
    rclone("purge", "at:tree")
    assert here.lacks("/tree")
