"""Answers of every kind, byte by byte, and what they must not give away (RFC 9110, RFC 9112)."""

from typing import Any

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import Ask
from harness.lint import FRAMING_FAULTS

STRANGE = "https://nobody-knows.invalid"
PREFLIGHT = {
    "Origin": STRANGE,
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}


@requirement("DAV-025")
def test_answers_on_one_connection_are_well_framed(client, existing, new_path, place):
    live: Any = None
    asks = [
        client.ask("GET", existing.path),
        client.ask("HEAD", existing.path),
        client.ask("GET", new_path),
        client.ask("PUT", new_path, (("Content-Length", "0"),)),
        client.ask("PROPFIND", place, (("Depth", "0"), ("Content-Length", "0"))),
        client.ask("OPTIONS", place),
        client.ask("DELETE", new_path),
        client.ask("GET", existing.path),
    ]
    for ask in asks:
        kept = live is not None and live.over and live.reader.complete and reusable(live)
        live = live.again(ask) if kept else client.send(ask)
        live.until(lambda x: x.over, within=60)
        judge_frame(client, live)
    client.closed(live.drain(within=0.2))
    judge_frame(client, live)


def reusable(live):
    """Whether the connection lives on after this answer (RFC 9112 section 9.3)."""
    fields = live.reader.head.fields if live.reader.head else ()
    wishes = [value.lower() for name, value in fields if name.lower() == "connection"]
    return "close" not in wishes


def judge_frame(client, live):
    answer = client.recorder.exchange(live.exchange(client.endpoint.name))
    told = f"{answer.method} {answer.status} {answer.fault}".strip()
    expect.that(answer.status != 0, "an answer", told, answer)
    odd = [p for p in answer.problems if p.startswith(FRAMING_FAULTS)]
    words = f"{told}: {'; '.join(odd)}"
    expect.that(not odd, "a message as RFC 9112 has it", words, answer)
    useless = answer.status == 204 and answer.header("content-length") is not None
    expect.preferably(not useless, "204 without Content-Length", told, answer)


@requirement("DAV-029")
@pytest.mark.parametrize("method", ["TRACE", "TRACK"])
def test_trace_does_not_echo_the_credentials(client, existing, method):
    answer = client.exact(client.ask(method, existing.path), within=30)
    secret = str(client.identity.token or client.identity.authorization)
    shown = secret.encode() in (answer.body.content or b"")
    expect.that(answer.status != 0, "an answer", answer.fault, answer)
    words = f"{method} is answered {answer.status}" + (" with our Authorization" if shown else "")
    expect.that(not shown, "no credentials in the answer", words, answer, severe=True)


@requirement("DAV-030")
def test_part_of_an_upload_never_becomes_the_whole(client, upload):
    file = upload(b"0123456789abcdef")
    answer = client.apart(Ask("PUT", file.path, (("Content-Range", "bytes 0-3/16"),), b"ABCD"))
    expect.that(answer.status != 0, "an answer", answer.fault, answer)
    after = client.get(file.path)
    patched = b"ABCD" + file.content[4:]
    wanted = (file.content, patched) if answer.status < 300 else (file.content,)
    told = f"PUT {answer.status}, then {after.status} with {after.body.size} bytes"
    words = ("an error and the old file", "that part replaced")
    expect.that(after.body.content in wanted, words, told, answer, after, severe=True)


@requirement("DAV-031")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_strange_origin_may_not_use_the_credentials(client, existing, method):
    answer = client.follow(method, existing.path, headers=tuple(PREFLIGHT.items()))
    expect.that(answer.status != 0, "an answer", answer.fault, answer)
    origin = answer.header("access-control-allow-origin")
    credentials = (answer.header("access-control-allow-credentials") or "").lower() == "true"
    told = f"Access-Control-Allow-Origin: {origin}, with credentials: {credentials}"
    expect.that(not (credentials and origin in ("*", STRANGE)), "not both", told, answer)
