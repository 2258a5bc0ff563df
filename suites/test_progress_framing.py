"""How the progress body travels: 202, chunks, the last chunk; HTTP/1.0 (reading A02)."""

from typing import Any

import pytest

from harness import expect
from harness.checks import recorded, requirement
from harness.client import Ask
from harness.client.client import PLAINLY, named
from harness.problems import NotApplicable

ENDINGS: dict[str, dict[str, Any]] = {
    "success": {},
    "missing": {"exists": False},
    "reset": {"size": 400_000, "reset_at": 200_000, "ranges": False},
}
"""Manners of a source by which a pull ends well, fails at once, and fails in the middle."""


@requirement("MARK-001")
@pytest.mark.parametrize("ending", ENDINGS)
def test_accepted_copy_is_followed_by_chunks_and_a_result_line(client, party, new_path, ending):
    copy = client.pull(party.source(**ENDINGS[ending]).url, new_path, **PLAINLY)
    answer = accepted(copy)
    if answer.version == "1.1":
        said = f"{copy}; framing {answer.framing or 'none'}"
        expect.that(answer.framing == "chunked", "Transfer-Encoding: chunked", said, copy)
    # whether it is a right one is for MARK-019 to say
    expect.that(copy.progress.result is not None, "a final result line", copy, copy)


@requirement("MARK-029")
@pytest.mark.parametrize("ending", ENDINGS)
def test_chunked_body_is_exact_and_ends_with_the_last_chunk(client, party, new_path, ending):
    source = (("Source", party.source(**ENDINGS[ending]).url), *named(PLAINLY))
    judge_chunks(client.copy(new_path, source, tail=10.0))


@requirement("MARK-029")
@recorded("slow-pull")
def test_chunked_body_with_markers_is_exact(recordings):
    judge_chunks(recordings["slow-pull"].transfer)


@requirement("MARK-030")
@pytest.mark.usefixtures("pull_works")
def test_answer_to_http_1_0_has_no_transfer_coding(client, party, new_path):
    far = party.source(size=3000)
    url = client.url(new_path)
    headers = (
        ("Source", far.url),
        ("Credential", "none"),
        ("RequireChecksumVerification", "false"),
    )
    ask = Ask("COPY", url, (*headers, *client.authorization(url)), version="1.0")
    answer = client.exact(ask)
    said = (
        f"{answer.status or answer.fault}, Transfer-Encoding: {answer.header('transfer-encoding')}"
    )
    coding = answer.header("transfer-encoding")
    words = ("a body that ends with the connection", "a refusal")
    expect.that(answer.status != 0 and coding is None, words, said, answer)
    is_tried = bool(far.requests) or answer.status >= 300
    expect.control(is_tried, f"{answer.status}, and nothing was asked of the source", answer)


def judge_chunks(copy):
    answer = accepted(copy)
    if answer.framing != "chunked":
        raise NotApplicable(f"the body is not chunked: {copy}", (answer,))
    found = "; ".join(answer.problems) or answer.fault or "no last chunk"
    good = answer.complete and not answer.problems
    expect.that(good, "RFC 9112 chunks, the last of them empty", found, copy)


def accepted(copy):
    """The exchange, if the COPY was answered by a progress body."""
    if copy.status >= 300 or (copy.status and not copy.streamed):
        raise NotApplicable(f"answered at once: {copy}", (copy.exchange,))
    expect.that(copy.status != 0, "an answer", copy, copy)
    return copy.exchange
