"""A faulty catalogue is refused, naming the file, the entry and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.requirements import CatalogueProblem, load
from harness.requirements.catalogue import HERE

Edit = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of two entries."""
    for name in ("documents", "capabilities"):
        shutil.copy(HERE / f"{name}.yaml", tmp_path)
    write(tmp_path, "families", {"TPC": "Copies", "DIR": "Pages"})
    write(tmp_path, "profiles", {"small": {"about": "A small one.", "families": ["TPC"]}})
    write(tmp_path, "tpc", {"family": "TPC", "requirements": [entry("TPC-001")]})
    write(tmp_path, "dir", {"family": "DIR", "requirements": [entry("DIR-001")]})
    return tmp_path


def entry(identifier: str, **changes: object) -> Edit:
    return {
        "id": identifier,
        "level": "MUST",
        "role": "active server",
        "origin": ["rfc4918 §9.8"],
        "text": "It copies.",
        "probe": "Send a COPY.",
        "needs": ["tls"],
        **changes,
    }


def write(folder: Path, name: str, content: object) -> None:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


def problem(folder: Path, *, validate: bool = False) -> CatalogueProblem:
    with pytest.raises(CatalogueProblem) as caught:
        load(folder, validate=validate)
    return caught.value


def test_the_small_catalogue_is_sound(folder: Path) -> None:
    assert [found.id for found in load(folder, validate=True)] == ["TPC-001", "DIR-001"]


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"id": "TPC-001"}, "used twice"),
        ({"id": "DIR-002"}, "write the id as TPC-NNN"),
        ({"id": "TPC-2"}, "write the id as TPC-NNN"),
        ({"id": "TPC-00x"}, "write the id as TPC-NNN"),
        ({"level": "MIGHT"}, "level 'MIGHT': write one of MUST, SHOULD, MAY, INFO"),
        ({"role": "server"}, "role 'server'"),
        ({"needs": ["luck"]}, "need 'luck' is unknown"),
        ({"origin": ["hearsay 1"]}, "origin 'hearsay 1'"),
        ({"variants": [{"kind": "odd", "text": "x"}]}, "variant kind 'odd'"),
    ],
)
def test_cross_checks(folder: Path, changes: Edit, advice: str) -> None:
    entries = [entry("TPC-001"), entry("TPC-002") | changes]
    write(folder, "tpc", {"family": "TPC", "requirements": entries})
    found = problem(folder)
    assert found.file == "tpc.yaml"
    assert found.entry == changes.get("id", "TPC-002")
    assert advice in found.advice
    assert str(found) == f"{found.file}: {found.entry}: {found.advice}"


@pytest.mark.parametrize("name", ["id", "level", "role", "origin", "text", "probe", "needs"])
def test_missing_fields(folder: Path, name: str) -> None:
    bad = entry("TPC-001")
    del bad[name]
    write(folder, "tpc", {"family": "TPC", "requirements": [bad]})
    found = problem(folder)
    assert found.advice.startswith(f"{name} is missing: add it")
    assert found.entry == ("entry 0" if name == "id" else "TPC-001")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"colour": "red"}, "TPC-001"),
        ({"text": ""}, "TPC-001 text"),
        ({"mutants": ["same", "same"]}, "TPC-001 mutants"),
        ({"origin": ["rfc4918 9.8"]}, "TPC-001 origin/0"),
        ({"untestable": " "}, "TPC-001 untestable"),
    ],
)
def test_schema(folder: Path, changes: Edit, where: str) -> None:
    write(folder, "tpc", {"family": "TPC", "requirements": [entry("TPC-001") | changes]})
    found = problem(folder, validate=True)
    assert (found.file, found.entry) == ("tpc.yaml", where)
    assert found.advice


def test_schema_of_an_entry_without_id(folder: Path) -> None:
    write(folder, "tpc", {"family": "TPC", "requirements": [{"level": "MUST"}]})
    assert problem(folder, validate=True).entry == "entry 0"


def test_schema_of_an_entry_that_is_no_mapping(folder: Path) -> None:
    write(folder, "tpc", {"family": "TPC", "requirements": ["TPC-001"]})
    assert problem(folder, validate=True).entry == "0"


def test_schema_of_a_table(folder: Path) -> None:
    write(folder, "capabilities", {"Tls": "https is spoken"})
    found = problem(folder, validate=True)
    assert found.file == "capabilities.yaml"
    write(folder, "capabilities", {"tls": 1})
    assert problem(folder, validate=True).entry == "tls"


@pytest.mark.parametrize(
    ("profile", "advice"),
    [
        ({"families": ["TPX"]}, "TPX: no such family"),
        ({"families": ["TPC"], "dialects": ["klingon"]}, "klingon: no dialect"),
        ({"entries": ["TPC-009"]}, "TPC-009: no such requirement"),
        ({"families": ["TPC"], "without": ["TPC-009"]}, "TPC-009: no such requirement"),
        ({"families": ["TPC"], "claims": ["DIR-001"]}, "DIR-001: claimed, but no member"),
        ({"families": ["TPC"], "claims": ["TPC-001"]}, "TPC-001: claimed, but neither MAY"),
        ({"extends": ["later"]}, "extends 'later': define that profile before it"),
    ],
)
def test_profiles(folder: Path, profile: Edit, advice: str) -> None:
    write(folder, "profiles", {"odd": profile})
    found = problem(folder)
    assert (found.file, found.entry) == ("profiles.yaml", "odd")
    assert advice in found.advice


def test_profiles_build_on_each_other(folder: Path) -> None:
    write(folder, "tpc", {"family": "TPC", "requirements": [entry("TPC-001", level="MAY")]})
    write(
        folder,
        "profiles",
        {
            "a": {"families": ["TPC"], "claims": ["TPC-001"]},
            "b": {"extends": ["a"], "entries": ["DIR-001"]},
            "c": {"extends": ["b"], "without": ["TPC-001"]},
            "d": {"everything": True},
        },
    )
    catalogue = load(folder)
    assert catalogue.profile("b") == {"TPC-001", "DIR-001"} == catalogue.profile("d")
    assert catalogue.claims("b") == {"TPC-001"}
    assert catalogue.profile("c") == {"DIR-001"}
    assert catalogue.claims("c") == frozenset()


def test_a_family_file_has_to_name_its_family(folder: Path) -> None:
    write(folder, "tpc", {"family": "TCP", "requirements": []})
    assert "write 'family: TPC'" in problem(folder).advice


@pytest.mark.parametrize(
    ("text", "advice"),
    [("{", "is no YAML"), ("- a", "write a mapping"), (None, "cannot be read")],
)
def test_unreadable_files(folder: Path, text: str | None, advice: str) -> None:
    path = folder / "dir.yaml"
    path.unlink() if text is None else path.write_text(text, "utf-8")
    found = problem(folder)
    assert (found.file, found.entry) == ("dir.yaml", "")
    assert advice in str(found)
