"""Redirects lead where the scenario says, and to nothing but our own doors."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from harness.problems import Untested
from harness.remote_party import Door, FarFile, ListeningParty, Scenario
from tests.harness.remote_party.conftest import asked, talk


def location(head: list[str]) -> str | None:
    return next((line[10:] for line in head if line.startswith("Location: ")), None)


def followed(party: ListeningParty, far: FarFile, target: str) -> FarFile:
    """The far file under the URL a redirect named."""
    door = {origin: name for name, origin in party.origins.items()}
    parts = urlsplit(target)
    scenario = Scenario.decode(parts.path.split("/")[2])
    return replace(far, scenario=scenario, door=door[f"{parts.scheme}://{parts.netloc}"])


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_has_the_code_and_no_body(party: ListeningParty, code: int) -> None:
    head, body = asked(party.source(redirect=code), "GET")
    assert head[0].split()[1] == str(code)
    assert "Content-Length: 0" in head
    assert body == b""


@pytest.mark.parametrize("to", ["same", "other", "alias", "plain"])
def test_redirect_leads_to_the_door_and_from_there_comes_the_file(
    party: ListeningParty, to: str
) -> None:
    far = party.source(redirect=307, redirect_to=to, size=50)
    target = location(asked(far, "GET")[0])
    assert target is not None
    assert target.startswith(party.origins["tls" if to == "same" else to] + "/far/")
    assert asked(followed(party, far, target), "GET")[1] == far.content
    assert [seen.door for seen in far.requests] == ["tls", "tls" if to == "same" else to]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("relative", lambda far, party: "/far/"),
        ("loop", lambda far, party: far.url),
        ("file", lambda far, party: "file:///etc/hostname"),
    ],
)
def test_odd_locations(party: ListeningParty, to: str, expected) -> None:
    far = party.source(redirect=302, redirect_to=to)
    target = location(asked(far, "GET")[0])
    assert target is not None
    assert target.startswith(expected(far, party))


def test_location_can_be_missing(party: ListeningParty) -> None:
    head, _ = asked(party.source(redirect=302, redirect_to="nowhere"), "GET")
    assert head[0].split()[1] == "302"
    assert location(head) is None


def test_hops_are_counted_down(party: ListeningParty) -> None:
    far = party.source(redirect=307, hops=3, size=20)
    statuses = []
    for _ in range(4):
        head, body = asked(far, "GET")
        statuses.append(head[0].split()[1])
        if target := location(head):
            far = followed(party, far, target)
    assert statuses == ["307", "307", "307", "200"]
    assert body == far.content


def test_only_the_named_methods_are_redirected(party: ListeningParty) -> None:
    far = party.source(redirect=307, redirect_on=("GET",))
    assert asked(far, "HEAD")[0][0].split()[1] == "200"
    assert asked(far, "GET")[0][0].split()[1] == "307"


def test_upload_that_waits_is_redirected_before_its_body(party: ListeningParty) -> None:
    far = party.destination(redirect=307)
    with talk(far) as conversation:
        conversation.ask("PUT", "Content-Length: 5", "Expect: 100-continue")
        head = conversation.head()
        assert head[0].split()[1] == "307"
        assert conversation.rest() == b""
    assert bytes(far.requests[0].body) == b""


def test_late_redirect_invites_the_body_first(party: ListeningParty) -> None:
    far = party.destination(redirect=307, redirect_late=True)
    with talk(far) as conversation:
        conversation.ask("PUT", "Content-Length: 5", "Expect: 100-continue")
        assert conversation.head()[0].split()[1] == "100"
        conversation.connection.sendall(b"12345")
        assert conversation.head()[0].split()[1] == "307"
    assert bytes(far.requests[0].body) == b"12345"
    assert far.received is None


def test_parting_closes_after_the_redirect(party: ListeningParty) -> None:
    with talk(party.source(redirect=307, parting=True)) as conversation:
        conversation.ask("GET")
        assert "Connection: close" in conversation.head()
        assert conversation.rest() == b""


def test_far_side_without_the_door_says_so() -> None:
    party = ListeningParty({"tls": Door()})
    try:
        with pytest.raises(Untested, match="no v6 door"):
            party.source(door="v6")
        with pytest.raises(Untested, match="no alias door"):
            party.source(redirect=307, redirect_to="alias")
        assert party.source(redirect_to="alias").url  # it will not redirect
    finally:
        party.close()
