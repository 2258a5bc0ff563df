"""Expect: 100-continue (RFC 9110 section 10.1.1; dCache's WebDAV chapter, uploads)."""

from harness import expect
from harness.checks import requirement
from harness.problems import Untested
from suites.uploads import WAIT, held_back, kinds_of, status_of, target_of

CONTENT = b"sent when it was asked for\n" * 40
STORED = (200, 201, 204)


@requirement("REDIR-006")
def test_held_back_upload_gets_an_answer(client, new_path):
    live = held_back(client, new_path, len(CONTENT))
    asked, early = bool(live.reader.interim), status_of(live)
    if asked and not early:
        live.send(CONTENT)
        live.finish(within=60)
    answer = client.closed(live)
    told = kinds_of([i.status for i in answer.interim], early)
    came = f"100 or a final status within {WAIT:g} s"
    expect.that(asked or early >= 300, came, f"{told}, without the body", answer)
    if asked and not early:
        expect.status(answer, *STORED)
        expect.content(client.get(new_path), CONTENT)


@requirement("REDIR-007")
def test_upload_that_is_not_allowed_is_refused_without_100(second, new_path):
    _refused_at_once(second, new_path)


@requirement("REDIR-007")
def test_upload_onto_a_collection_is_refused_without_100(client, folder):
    _refused_at_once(client, folder)


def _refused_at_once(client, path):
    live = held_back(client, path, len(CONTENT))
    asked = bool(live.reader.interim)
    if asked:
        live.send(CONTENT)
        live.finish(within=60)
    answer = client.closed(live)
    if 200 <= answer.status < 400:
        raise Untested(f"this upload may succeed: it is answered {answer.status}")
    told = kinds_of([i.status for i in answer.interim], answer.status)
    expect.that(not asked, "the error instead of 100", told, answer)
    expect.that(answer.status >= 400, "an error", told, answer)


@requirement("REDIR-009")
def test_body_sent_without_waiting_for_100_is_taken(client, new_path):
    sized = (("Content-Length", str(len(CONTENT))), ("Expect", "100-continue"))
    live = client.send(client.ask("PUT", new_path, sized))
    live.send(CONTENT)
    live.until(lambda it: it.over, within=60)
    if 300 <= status_of(live) < 400:
        answer = client.closed(live)
        put = client.request("PUT", target_of(answer) or "", body=CONTENT)
        expect.status(put, *STORED)
    else:
        answer = _in_step(client, live, new_path)
        expect.status(answer, *STORED)
    expect.content(client.get(new_path), CONTENT)


def _in_step(client, live, path):
    """The next request on the connection is understood: the body was not taken for one."""
    if not live.reader.reusable:
        return client.closed(live)
    following = live.again(client.ask("GET", path)).finish(within=60)
    then, answer = client.closed(following), client.closed(live)
    told = f"{answer.status}, then {then.status} {then.fault}".strip()
    right = then.body.content == CONTENT or 300 <= then.status < 400
    expect.that(right, "the next request on the connection is served", told, answer, then)
    return answer
