"""The catalogue that is shipped, and the questions one can ask it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from harness.model import Level, VariantKind
from harness.requirements import Catalogue, load
from harness.requirements.catalogue import HERE, TABLES


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(validate=True)


def test_the_shipped_catalogue_is_valid_and_complete(catalogue: Catalogue) -> None:
    assert len(catalogue) >= 398
    assert len({entry.id for entry in catalogue}) == len(catalogue)
    assert sum(entry.level is Level.MUST for entry in catalogue) >= 231
    assert "TPC-001" in catalogue
    assert "TPC-999" not in catalogue


def test_order_is_by_family_and_number(catalogue: Catalogue) -> None:
    families = list(catalogue.families)
    keys = [(families.index(entry.family), entry.id) for entry in catalogue]
    assert keys == sorted(keys)
    assert families[:2] == ["TPC", "MARK"]


def test_numbers_have_no_gaps(catalogue: Catalogue) -> None:
    for family in catalogue.families:
        numbers = [int(entry.id.partition("-")[2]) for entry in catalogue.by_family(family)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_an_entry(catalogue: Catalogue) -> None:
    entry = catalogue.get("TPC-013")
    assert (entry.family, entry.level, entry.role) == ("TPC", Level.MUST, "active server")
    assert entry.origin == ("tpc-details Response",)
    assert entry.needs == ("tls", "writable", "tpc-pull", "peer-slow")
    assert [variant.kind for variant in entry.variants] == [
        VariantKind.WARN,
        VariantKind.WARN,
        VariantKind.LEGITIMATE,
    ]
    assert entry.mutants[0] == "Accepted COPY answered 200 OK"
    assert entry.untestable is None


def test_unknown_names_hint_at_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(LookupError, match=r"no requirement 'tpc-0210'; did you mean TPC-021"):
        catalogue.get("tpc-0210")
    with pytest.raises(LookupError, match=r"no family 'marks'; did you mean MARK"):
        catalogue.by_family("marks")
    with pytest.raises(LookupError, match=r"no profile 'dcach'; did you mean dcache"):
        catalogue.profile("dcach")
    with pytest.raises(LookupError, match=r"^no requirement '\?\?\?'$"):
        catalogue.get("???")


@pytest.mark.parametrize(
    ("origin", "link"),
    [
        ("rfc4918 §9.8", "https://www.rfc-editor.org/rfc/rfc4918#section-9.8"),
        (
            "rfc3230 §4.1.1 (IANA ADLER32)",
            "https://www.rfc-editor.org/rfc/rfc3230#section-4.1.1",
        ),
        ("rfc9110", "https://www.rfc-editor.org/rfc/rfc9110"),
        ("tpc-details Response", None),
    ],
)
def test_origin_links(catalogue: Catalogue, origin: str, link: str | None) -> None:
    assert catalogue.origin_link(origin) == link


def families_of(catalogue: Catalogue, profile: str) -> set[str]:
    return {catalogue.get(identifier).family for identifier in catalogue.profile(profile)}


HTTP_TPC = {
    "TPC",
    "MARK",
    "CANCEL",
    "CRED",
    "DELEG",
    "CKSUM",
    "INTEG",
    "REDIR",
    "AUTH",
    "MAC",
    "DAV",
}


@pytest.mark.parametrize(
    ("profile", "families"),
    [
        ("http-tpc", HTTP_TPC),
        ("webdav", {"DAV", "PROP", "CKSUM", "REDIR", "AUTH", "DIR", "TPC"}),
        ("dcache", HTTP_TPC | {"PROP", "XATTR", "DIR", "META"}),
        ("xrootd", HTTP_TPC | {"SITE"}),
        ("s3-gateway", HTTP_TPC | {"SITE", "S3"}),
        ("xrootd-tpc", {"XRDTPC"}),
        ("site", {"SITE"}),
    ],
)
def test_families_of_the_profiles(catalogue: Catalogue, profile: str, families: set[str]) -> None:
    assert families_of(catalogue, profile) == families


def test_one_products_entries_bind_only_its_profile(catalogue: Catalogue) -> None:
    assert "MARK-034" in catalogue.profile("dcache")
    assert "MARK-034" not in catalogue.profile("http-tpc")
    assert "SITE-014" in catalogue.profile("xrootd")
    assert catalogue.profile("http-tpc") < catalogue.profile("dcache")


def test_the_reference_profile_is_everything(catalogue: Catalogue) -> None:
    servers = {entry.id for entry in catalogue if "client-sut" not in entry.needs}
    assert catalogue.profile("reference") == servers
    optional = {e.id for e in catalogue if e.level in (Level.MAY, Level.INFO)}
    assert catalogue.claims("reference") == optional & servers


def test_clients_and_servers_are_bound_by_different_entries(catalogue: Catalogue) -> None:
    clients = catalogue.profile("client")
    assert {catalogue.get(i).role for i in clients} == {"client"}
    others = [name for name in catalogue.profiles if name != "client"]
    assert [name for name in others if catalogue.profile(name) & clients] == []


def test_claims_are_optional_members(catalogue: Catalogue) -> None:
    for name in catalogue.profiles:
        assert catalogue.claims(name) <= catalogue.profile(name)
        for identifier in catalogue.claims(name):
            assert catalogue.get(identifier).level in (Level.MAY, Level.INFO)


def test_every_word_of_the_vocabularies_is_used(catalogue: Catalogue) -> None:
    assert {need for entry in catalogue for need in entry.needs} == set(catalogue.needs)
    used = {origin.partition(" ")[0] for entry in catalogue for origin in entry.origin}
    assert used == set(catalogue.documents)


def test_what_binds_this_tool_itself_is_no_matter_of_its_checks(catalogue: Catalogue) -> None:
    own = {e.id for e in catalogue if e.role == "client"} - catalogue.profile("client")
    assert own == {"DELEG-018", "SITE-010", "SITE-011", "SITE-012"}
    assert all(catalogue.get(identifier).untestable for identifier in own)
    servers = [e.id for e in catalogue if e.untestable and e.role.endswith("server")]
    assert servers == ["XRDTPC-005", "XRDTPC-010", "XRDTPC-012"]


def test_every_server_entry_has_a_mutant(catalogue: Catalogue) -> None:
    assert all(entry.mutants for entry in catalogue if entry.role.endswith("server"))


def test_every_file_of_the_folder_belongs_to_the_catalogue(catalogue: Catalogue) -> None:
    names = {path.stem for path in Path(HERE).glob("*.yaml")}
    assert names == {*TABLES, "prior", *(family.lower() for family in catalogue.families)}


def test_texts_speak_of_no_document_numbers(catalogue: Catalogue) -> None:
    # A reader knows the documents by the keys of documents.yaml only.
    pattern = re.compile(r"\b00\d ")
    for entry in catalogue:
        texts = (entry.text, entry.probe, *entry.origin, *(v.text for v in entry.variants))
        assert not any(pattern.search(text) for text in texts), entry.id


def test_what_profiles_expect_are_capabilities(catalogue: Catalogue) -> None:
    assert catalogue.expects("reference") >= {"tpc-pull", "tpc-push"}
    known = yaml.safe_load((HERE / "capabilities.yaml").read_text())
    for name in catalogue.profiles:
        assert catalogue.expects(name) <= set(known)
