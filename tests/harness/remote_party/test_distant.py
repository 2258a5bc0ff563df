"""A far side that is asked over its control API tells the same as one that is at hand."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
import types
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from fixtures.pki import Testbed
from harness.problems import Blocked, UsageError
from harness.redact import Secret
from harness.remote_party import Access, DistantParty, Door, ListeningParty
from harness.remote_party.distant import Clock
from tests.harness.remote_party.conftest import asked, talk

TOKEN = Secret("c" * 40)
BODY = b"pushed " * 50


@pytest.fixture
def near(testbed: Testbed) -> Iterator[ListeningParty]:
    host = testbed.host()
    made = ListeningParty({"tls": Door(host.cert, host.key), "plain": Door()}, token=TOKEN)
    yield made
    made.close()


@pytest.fixture
def access(near: ListeningParty, testbed: Testbed) -> Access:
    return Access(near.origins["tls"], TOKEN, testbed.ca)


@pytest.fixture
def distant(access: Access) -> Iterator[DistantParty]:
    made = DistantParty(access)
    yield made
    made.close()


def control(access: Access, path: str, *headers: tuple[str, str], method: str = "GET"):
    """One raw question to the control API."""
    parts = urlsplit(access.url)
    trust = ssl.create_default_context(cafile=str(access.ca))
    connection = http.client.HTTPSConnection(
        str(parts.hostname), parts.port, timeout=10, context=trust
    )
    connection.putrequest(method, f"/.httptpc/{path}")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


AUTHORISED = ("Authorization", f"Bearer {TOKEN}")


def test_doors_are_told(near: ListeningParty, distant: DistantParty) -> None:
    assert distant.origins == near.origins


def test_download_is_told_as_it_was_seen(near: ListeningParty, distant: DistantParty) -> None:
    far = distant.source(door="plain", size=5000)
    began = time.monotonic()
    assert asked(far, "GET", "X-Odd: a", "x-odd: b")[1] == far.content
    assert far.wait(lambda seen: bool(seen) and not seen[0].open, within=5)
    (told,), (seen,) = far.requests, near.log.of(far.nonce)
    for name in ("method", "target", "headers", "door", "peer", "status", "sent", "ended"):
        assert getattr(told, name) == getattr(seen, name)
    assert abs(told.at - seen.at) < 0.1
    assert began - 0.1 <= told.at <= time.monotonic()
    assert told.moved_by(time.monotonic() + 1) == 5000
    assert told.all("X-ODD") == ["a", "b"]


def test_upload_is_fetched(distant: DistantParty) -> None:
    far = distant.destination(door="plain")
    assert far.received is None
    assert far.requests == []
    with talk(far) as conversation:
        conversation.ask("PUT", f"Content-Length: {len(BODY)}", body=BODY)
        assert conversation.head()[0].split()[1] == "201"
    assert far.received == BODY
    assert bytes(far.requests[0].body) == BODY
    asked(far, "DELETE")
    assert far.received is None


def test_body_of_a_broken_upload_is_fetched(distant: DistantParty) -> None:
    far = distant.destination(door="plain", put_status=500)
    with talk(far) as conversation:
        conversation.ask("PUT", f"Content-Length: {len(BODY)}", body=BODY)
        conversation.head()
    assert bytes(far.requests[0].body) == BODY
    assert far.received is None


def test_wait_sees_what_happens_meanwhile(distant: DistantParty) -> None:
    far = distant.source(door="plain", size=10)
    caller = threading.Timer(0.2, asked, (far, "GET"))
    caller.start()
    began = time.monotonic()
    assert far.wait(lambda seen: any(s.ended == "answered" for s in seen), within=10)
    assert 0.1 < time.monotonic() - began < 3
    caller.join()


def test_wait_ends_when_its_time_is_over(distant: DistantParty) -> None:
    began = time.monotonic()
    assert not distant.source().wait(lambda seen: bool(seen), within=0.3)
    assert 0.3 <= time.monotonic() - began < 2


def test_unchanged_page_is_not_told_again(access: Access, distant: DistantParty) -> None:
    far = distant.source(door="plain")
    asked(far, "GET")
    assert far.wait(lambda seen: bool(seen) and not seen[0].open, within=5)
    version = json.loads(control(access, f"seen/{far.nonce}", AUTHORISED)[1])["version"]
    path = f"seen/{far.nonce}?after={version}&within=0.2"
    began = time.monotonic()
    assert json.loads(control(access, path, AUTHORISED)[1]) == {"version": version}
    assert time.monotonic() - began >= 0.2


def test_question_is_answered_as_soon_as_there_is_news(
    access: Access, distant: DistantParty
) -> None:
    far = distant.source(door="plain")
    caller = threading.Timer(0.2, asked, (far, "GET"))
    caller.start()
    began = time.monotonic()
    answer = json.loads(control(access, f"seen/{far.nonce}?after=0&within=20", AUTHORISED)[1])
    assert time.monotonic() - began < 5
    assert answer["requests"]
    caller.join()


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Authorization", "Bearer " + "d" * 40),),
        (("Authorization", str(TOKEN)),),
        (("Authorization", f"Basic {TOKEN}"),),
        (AUTHORISED, AUTHORISED),
        (("Authorization", "Bearer "),),
    ],
)
def test_without_the_token_nothing_is_told(
    access: Access, distant: DistantParty, headers: tuple[tuple[str, str], ...]
) -> None:
    assert control(access, "party", AUTHORISED)[0] == 200
    status, body = control(access, "party", *headers)
    assert status == 401
    assert b"origins" not in body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 404),
        ("nothing", 404),
        ("uploads/unknown", 404),
        ("bodies/unknown/0", 404),
        ("bodies/unknown/x", 404),
        ("seen/a/b", 400),
        ("seen/a?after=-1", 400),
        ("seen/a?within=nan", 400),
        ("seen/a", 200),
    ],
)
def test_odd_questions_are_answered(access: Access, path: str, status: int) -> None:
    assert control(access, path, AUTHORISED)[0] == status


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_nothing_can_be_changed(access: Access, method: str) -> None:
    assert control(access, "party", AUTHORISED, method=method)[0] == 405


def test_control_is_only_behind_the_main_door(distant: DistantParty) -> None:
    far = distant.source(door="plain")
    with talk(far) as conversation:
        lines = ("GET /.httptpc/party HTTP/1.1", "Host: x", ": ".join(AUTHORISED), "", "")
        conversation.connection.sendall("\r\n".join(lines).encode())
        assert conversation.rest().startswith(b"HTTP/1.1 404 ")


def test_party_that_is_not_there_is_told(testbed: Testbed) -> None:
    party = ListeningParty({"tls": Door(open=False)})
    url = party.origins["tls"].replace("http:", "https:")
    with pytest.raises(UsageError, match=r"cannot be asked.*refused"):
        DistantParty(Access(url, TOKEN, testbed.ca))
    party.close()


def test_token_does_not_travel_without_tls(near: ListeningParty, access: Access) -> None:
    with pytest.raises(UsageError, match="without TLS"):
        DistantParty(replace(access, url=near.origins["plain"]))


def test_urls_are_good_by_the_clock_over_there(
    near: ListeningParty, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late() -> float:
        return time.time() + 10 * 3600

    clock = types.SimpleNamespace(time=late, monotonic=time.monotonic)
    monkeypatch.setattr("harness.remote_party.desk.time", clock)
    monkeypatch.setattr(near.seal, "_clock", late)
    party = DistantParty(access)
    far = party.source(door="plain", size=10)
    assert asked(far, "GET")[1] == far.content
    party.close()


def test_wrong_token_is_told(access: Access) -> None:
    with pytest.raises(UsageError, match="refuses the token"):
        DistantParty(replace(access, token=Secret("w" * 40)))


def test_certificate_that_cannot_be_verified_is_told(access: Access, tmp_path) -> None:
    stranger = Testbed.create(tmp_path / "stranger")
    with pytest.raises(UsageError, match="certificate verify failed"):
        DistantParty(replace(access, ca=stranger.ca))


def test_other_server_is_no_remote_party(testbed: Testbed) -> None:
    host = testbed.host()
    other = ListeningParty({"tls": Door(host.cert, host.key)})  # it has no control API
    with pytest.raises(UsageError, match="is no remote party: it answered 404"):
        DistantParty(Access(other.origins["tls"], TOKEN, testbed.ca))
    other.close()


def test_party_that_goes_away_blocks_the_check(near: ListeningParty, distant: DistantParty) -> None:
    far = distant.source()
    near.close()
    distant.close()  # the kept connection would still be served
    with pytest.raises(Blocked, match="the remote party"):
        _ = far.requests


def test_clock_believes_the_fastest_question() -> None:
    clock = Clock()
    clock.note(10.0, 1000.9, 1000.9, 11.0)  # one second on its way, nearly all of it there
    clock.note(20.0, 1010.01, 1015.01, 25.02)  # long waited for, but quickly told
    clock.note(30.0, 1020.0, 1020.0, 30.5)
    assert clock.shift == pytest.approx(-990.0)
