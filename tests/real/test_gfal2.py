"""gfal2, the engine of FTS, through its Python bindings: alone with a proxy, and with tokens.

With a proxy it asks both ends for macaroons and shows those; with tokens it has no certificate.
It compares the checksum of both ends of every copy, and it refuses to overwrite by itself.
"""

from __future__ import annotations

import errno
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.kinds import Started
from tests.real.clients import Program, Setting
from tests.real.conftest import SIZE
from tests.real.places import Place
from tests.real.web import Site, serving

CLIENT = Program(
    "/usr/bin/python3", "python3-gfal2", ("-c", "import gfal2; print(gfal2.get_version())")
)
WORKER = Path(__file__).with_name("gfal2_worker.py")
WITHIN = 3.0
"""Seconds in which a cancelled copy lets go of its source."""
MODES = ("3rd pull", "3rd push", "streamed")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]

Answer = dict[str, Any]
Call = tuple[Any, ...]
Gfal2 = Callable[..., list[Answer]]


def shown_tokens(*servers: Started) -> dict[str, str]:
    tokens = {server.url: server.credentials.token for server in servers}
    return {davs(url): path.read_text().strip() for url, path in tokens.items() if path}


def davs(url: str) -> str:
    return f"davs{url.removeprefix('https')}"


def gfal2_in(setting: Setting, tokens: dict[str, str]) -> Gfal2:
    """Run calls in one process; no other way of copying is tried in place of the asked one."""

    def act(*calls: Call, mode: str = "3rd pull", **more: bool) -> list[Answer]:
        options = {"DEFAULT_COPY_MODE": mode, "ENABLE_FALLBACK_TPC_COPY": False, **more}
        job = {"tokens": tokens, "options": options, "calls": calls}
        done = setting.run([CLIENT.name, WORKER], json.dumps(job).encode())
        assert done.code == 0, done.err.decode()[-2000:]
        found: list[Answer] = json.loads(done.out)
        return found

    return act


@pytest.fixture
def nobody(setting: Callable[..., Setting]) -> Gfal2:
    return gfal2_in(setting(), {})


@pytest.fixture
def by_proxy(setting: Callable[..., Setting], proxy: Path) -> Gfal2:
    return gfal2_in(setting({"X509_USER_PROXY": str(proxy)}), {})


@pytest.fixture
def servers(pair: tuple[Started, Started], head_node: Started) -> tuple[Started, ...]:
    return (*pair, head_node)


@pytest.fixture(params=["proxy and macaroons", "tokens"])
def gfal2(
    request: pytest.FixtureRequest,
    by_proxy: Gfal2,
    setting: Callable[..., Setting],
    servers: tuple[Started, ...],
) -> Gfal2:
    if request.param == "tokens":
        return gfal2_in(setting(), shown_tokens(*servers))
    return by_proxy


def values(answers: list[Answer]) -> list[Any]:
    """What the calls gave; none may have failed."""
    errors = [answer for answer in answers if "error" in answer]
    assert not errors
    return [answer["value"] for answer in answers]


def test_a_file_goes_there_and_back(
    gfal2: Gfal2, here: Place, content: Path, tmp_path: Path
) -> None:
    there_and_back: list[Call] = [
        ("copy", content.as_uri(), davs(here.url("/f")), {}),
        ("copy", davs(here.url("/f")), (tmp_path / "back").as_uri(), {}),
    ]
    values(gfal2(*there_and_back))
    assert here.has("/f", content)
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_size_and_checksums_are_told(gfal2: Gfal2, here: Place, content: Path) -> None:
    here.put("/f", content)
    url, data = davs(here.url("/f")), content.read_bytes()
    asked = [("stat", url), ("checksum", url, "ADLER32"), ("checksum", url, "MD5")]
    found, adler32, md5 = values(gfal2(*asked))
    assert found["size"] == len(data)
    assert adler32 == f"{zlib.adler32(data):08x}"
    assert md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_directories_are_made_listed_and_removed(gfal2: Gfal2, here: Place, content: Path) -> None:
    values(gfal2(("mkdir", davs(here.url("/a/b")))))
    here.put("/a/b/f", content)
    assert values(gfal2(("listdir", davs(here.url("/a/b"))))) == [["f"]]
    values(gfal2(("unlink", davs(here.url("/a/b/f"))), ("rmdir", davs(here.url("/a/b")))))
    assert here.lacks("/a/b")
    assert values(gfal2(("listdir", davs(here.url("/a"))))) == [[]]


def test_a_file_is_renamed(gfal2: Gfal2, here: Place, content: Path) -> None:
    here.put("/f", content)
    values(gfal2(("rename", davs(here.url("/f")), davs(here.url("/g")))))
    assert here.lacks("/f")
    assert here.has("/g", content)


@pytest.mark.parametrize("mode", MODES)
def test_a_file_is_copied(
    gfal2: Gfal2, here: Place, there: Place, content: Path, mode: str
) -> None:
    here.put("/f", content)
    ends = davs(here.url("/f")), davs(there.url("/g"))
    (done,) = values(gfal2(("copy", *ends, {"nbstreams": 4}), mode=mode))
    assert there.has("/g", content)
    assert done["modes"] == [mode.split()[-1]], "another way of copying than asked for"


@pytest.mark.parametrize("mode", MODES)
def test_a_far_side_may_redirect(
    gfal2: Gfal2, here: Place, redirected: Place, content: Path, mode: str
) -> None:
    """Out of a head node by pull, into it by push; the streamed one goes through gfal2."""
    source, destination = (here, redirected) if mode == "3rd push" else (redirected, here)
    source.put("/f", content)
    values(gfal2(("copy", davs(source.url("/f")), davs(destination.url("/g")), {}), mode=mode))
    assert destination.has("/g", content)


@pytest.mark.parametrize("mode", MODES)
def test_missing_parents_are_created(
    gfal2: Gfal2, here: Place, there: Place, content: Path, mode: str
) -> None:
    here.put("/f", content)
    ends = davs(here.url("/f")), davs(there.url("/new/deep/g"))
    values(gfal2(("copy", *ends, {"create_parent": True}), mode=mode))
    assert there.has("/new/deep/g", content)


@pytest.mark.parametrize("mode", MODES)
def test_an_existing_file_is_replaced_only_on_demand(
    gfal2: Gfal2, here: Place, there: Place, content: Path, mode: str
) -> None:
    here.put("/f", content)
    there.put("/g", WORKER)
    ends = davs(here.url("/f")), davs(there.url("/g"))
    (refused,) = gfal2(("copy", *ends, {"overwrite": False}), mode=mode)
    assert refused["error"] == errno.EEXIST
    assert there.has("/g", WORKER)
    values(gfal2(("copy", *ends, {"overwrite": True}), mode=mode))
    assert there.has("/g", content)


@pytest.mark.parametrize("mode", MODES)
def test_a_missing_source_is_no_such_file(
    gfal2: Gfal2, here: Place, there: Place, mode: str
) -> None:
    ends = davs(here.url("/nothing")), davs(there.url("/g"))
    (answer,) = gfal2(("copy", *ends, {}), mode=mode)
    assert answer["error"] == errno.ENOENT
    assert there.lacks("/g")


def test_another_checksum_than_promised_is_a_failure(
    gfal2: Gfal2, here: Place, there: Place, content: Path
) -> None:
    here.put("/f", content)
    ends = davs(here.url("/f")), davs(there.url("/g"))
    (answer,) = gfal2(("copy", *ends, {"adler32": "00000001"}))
    assert "CHECKSUM MISMATCH" in answer["text"]
    assert there.lacks("/g")


@pytest.mark.parametrize("mode", ["3rd pull", "3rd push"])
def test_a_copy_delegates_the_proxy(
    by_proxy: Gfal2, here: Place, there: Place, content: Path, mode: str
) -> None:
    """Told to fetch no macaroons, it has only its proxy to give to the active party."""
    here.put("/f", content)
    ends = davs(here.url("/f")), davs(there.url("/g"))
    values(by_proxy(("copy", *ends, {}), mode=mode, RETRIEVE_BEARER_TOKEN=False))
    assert there.has("/g", content)


def test_nobody_is_let_in(nobody: Gfal2, here: Place, there: Place, content: Path) -> None:
    here.put("/f", content)
    ends = davs(here.url("/f")), davs(there.url("/g"))
    seen, copied = nobody(("stat", ends[0]), ("copy", *ends, {}))
    assert seen["error"] == copied["error"] == errno.EACCES
    assert there.lacks("/g")


def test_a_macaroon_that_it_fetched_opens_one_file(
    setting: Callable[..., Setting], by_proxy: Gfal2, here: Place, content: Path
) -> None:
    here.put("/f", content)
    here.put("/other", content)
    (token,) = values(by_proxy(("macaroon", davs(here.url("/f")), False)))
    urls = [davs(here.url("/f")), davs(here.url("/other"))]
    with_it = gfal2_in(setting(), dict.fromkeys(urls, token))
    opened, other, changed = with_it(*[("stat", url) for url in urls], ("unlink", urls[0]))
    assert opened["value"]["size"] == content.stat().st_size
    assert other["error"] == errno.EPERM
    assert changed["error"] == errno.EPERM
    assert here.has("/f", content)


@pytest.fixture
def slow(tmp_path: Path, content: Path) -> Iterator[Site]:
    """A web server whose file /f takes three seconds and a half."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www/f").write_bytes(content.read_bytes())
    with serving(tmp_path / "www", pause=0.075) as site:
        yield site


def test_progress_is_understood(gfal2: Gfal2, slow: Site, there: Place, content: Path) -> None:
    unchecked = {"adler32": None}
    (done,) = values(gfal2(("copy", f"{slow.url}/f", davs(there.url("/g")), unchecked)))
    seen = done["progress"]
    assert there.has("/g", content)
    assert seen == sorted(seen)
    assert any(0 < number < SIZE for number in seen), seen


def test_a_copy_is_cancelled(gfal2: Gfal2, slow: Site, there: Place) -> None:
    (answer,) = gfal2(("broken off", f"{slow.url}/f", davs(there.url("/g"))))
    assert answer["error"] == errno.ECANCELED
    assert slow.broken.wait(WITHIN), "the server went on reading"
    assert there.lacks("/g")
