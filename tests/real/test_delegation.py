"""GridSite delegation by clients that are not ours: davix in both versions, gfal2 without tokens.

The far side lets in nobody unknown, and only the delegated proxy can say there who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.kinds import Started
from tests.real.clients import Done, Program, Setting
from tests.real.conftest import Starter
from tests.real.places import Place
from tests.real.test_gfal2 import CLIENT as GFAL2
from tests.real.test_gfal2 import Gfal2, davs, gfal2_in, values

CLIENT = Program("davix-cp", "davix")
HEADERS = {"named": ("-H", "Credential: gridsite"), "by-default": ()}
NOTHING: dict[str, object] = {}
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
BOTH_WAYS = pytest.mark.parametrize("mode", ["pull", "push"])


@pytest.fixture(scope="module", params=["1", "2"])
def of_version(request: pytest.FixtureRequest, start: Starter) -> Started:
    """A server whose delegation service speaks that version at most."""
    options = ("--delegation", request.param)
    return start("reference", f"reference-v{request.param}", options=options)


@pytest.fixture
def ends(of_version: Started, there: Place, content: Path, mode: str) -> tuple[Place, Place]:
    """Source and destination; the one that transfers is of the version."""
    active = Place.make(of_version)
    source, destination = (there, active) if mode == "pull" else (active, there)
    source.put("/f", content)
    return source, destination


@pytest.fixture
def davix(with_proxy: Setting, proxy: Path) -> Callable[..., Done]:
    """Copy /f of one place to /g of another, with these headers."""

    def act(mode: str, ends: tuple[Place, Place], *headers: str) -> Done:
        words: list[str | Path] = ["davix-cp", "--copy-mode", mode, *headers]
        words += ["--capath", with_proxy.capath, "-E", proxy]
        urls = ends[0].url("/f", scheme="davs"), ends[1].url("/g", scheme="davs")
        return with_proxy.run([*words, *urls])

    return act


@BOTH_WAYS
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_davix_delegates(
    davix: Callable[..., Done],
    ends: tuple[Place, Place],
    content: Path,
    mode: str,
    headers: tuple[str, ...],
) -> None:
    done = davix(mode, ends, *headers)
    assert done.code == 0, done.err.decode()[-2000:]
    assert ends[1].has("/g", content)


@pytest.fixture
def gfal2(setting: Callable[..., Setting], proxy: Path) -> Gfal2:
    GFAL2.require()
    return gfal2_in(setting({"X509_USER_PROXY": str(proxy)}), {})


@BOTH_WAYS
def test_gfal2_delegates_where_it_may_ask_for_no_macaroon(
    gfal2: Gfal2, ends: tuple[Place, Place], content: Path, mode: str
) -> None:
    """Then it sends Credential: gridsite; where it gets macaroons it needs no delegation."""
    call = ("copy", davs(ends[0].url("/f")), davs(ends[1].url("/g")), NOTHING)
    [done] = values(gfal2(call, mode=f"3rd {mode}", RETRIEVE_BEARER_TOKEN=False))
    assert ends[1].has("/g", content)
    assert done["modes"] == [mode]
