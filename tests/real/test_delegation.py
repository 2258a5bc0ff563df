"""GridSite delegation by clients that are not ours: davix in both versions, gfal2 without tokens.

The far side lets in nobody unknown, and nothing but the delegated proxy says who asks there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.kinds import Started
from tests.real.clients import Done, Program, Setting, absent
from tests.real.places import Place

CLIENT = Program("davix-cp", "davix")
GFAL2 = Program(
    "/usr/bin/python3", "python3-gfal2", ("-c", "import gfal2; print(gfal2.get_version())")
)
WORKER = Path(__file__).with_name("gfal2_worker.py")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]


@pytest.fixture(scope="module")
def of_version(start: Any) -> dict[str, Started]:
    """Servers whose delegation service knows that version."""
    return {n: start("reference", f"reference-v{n}", options=("--delegation", n)) for n in "12"}


@pytest.fixture
def active(of_version: dict[str, Started], version: str, content: Path) -> Place:
    """A fresh directory on the active party, with the file to push in it."""
    place = Place.make(of_version[version])
    place.put("/f", content)
    return place


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("mode", ["pull", "push"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "by-default"])
def test_davix_delegates(
    with_proxy: Setting, proxy: Path, active: Place, there: Place, content: Path, **chosen: Any
) -> None:
    done = davix_copy(with_proxy, proxy, active, there, **chosen)
    assert done.code == 0, done.err.decode()[-2000:]


def davix_copy(*_: Any) -> Done:
    raise NotImplementedError
