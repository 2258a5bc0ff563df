"""COPY and the Overwrite header (RFC 4918 section 10.6; HTTP-TPC technical details)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY

REPLACED = {"longer": 50, "shorter": 5000}
"""Size of the old file, so that 700 new bytes are longer or shorter than it was."""


@requirement("TPC-021", "TPC-022")
@pytest.mark.usefixtures("pull_works")
def test_overwrite_f_keeps_an_existing_file(judge, client, party, existing):
    far = party.source(size=2000)
    copy = client.pull(far.url, existing.path, overwrite="F", **PLAINLY)
    with judge("TPC-021"):
        expect.failure(copy, severe=True)
        expect.content(client.get(existing.path), existing.content)
    with judge("TPC-022"):
        expect.status(copy, 412)
        asked = ", ".join(seen.method for seen in far.requests) or "nothing"
        expect.preferably(not far.asked("GET"), "no data requested before", asked, copy)


@requirement("TPC-023")
def test_overwrite_f_lets_a_new_file_through(client, party, new_path):
    far = party.source(size=2000)
    expect.success(client.pull(far.url, new_path, overwrite="F", **PLAINLY))
    expect.content(client.get(new_path), far.content)


@requirement("TPC-024")
@pytest.mark.parametrize("old", REPLACED.values(), ids=REPLACED)
def test_overwrite_t_replaces_an_existing_file(client, party, upload, old):
    file, far = upload(b"o" * old), party.source(size=700)
    copy = client.pull(far.url, file.path, overwrite="T", **PLAINLY)
    if _forbidden(client, copy, file):
        expect.noted(f"overwriting is forbidden here altogether: {copy}")
        expect.content(client.get(file.path), file.content)
        return
    expect.success(copy)
    expect.content(client.get(file.path), far.content)


@requirement("TPC-025")
@pytest.mark.usefixtures("pull_works")
def test_no_overwrite_header_means_overwrite_t(client, party, upload):
    told, untold = upload(b"t" * 900), upload(b"u" * 900)
    far = party.source(size=700)
    explicit = client.pull(far.url, told.path, overwrite="T", **PLAINLY)
    copy = client.pull(far.url, untold.path, **PLAINLY)
    same = explicit.succeeded == copy.succeeded
    expect.that(same, f"the same as with Overwrite: T ({explicit})", copy, copy, explicit)
    kept = far.content if copy.succeeded else untold.content
    expect.content(client.get(untold.path), kept)


@requirement("TPC-026")
@pytest.mark.usefixtures("push_works")
def test_overwrite_f_of_a_push_keeps_the_remote_file(client, party, existing):
    far = party.source(size=900)
    copy = client.push(existing.path, far.url, overwrite="F", **PLAINLY)
    plain = [put for put in far.asked("PUT") if put.header("if-none-match") is None]
    seen = f"{copy}; {len(plain)} unconditional PUT"
    wanted = "no unconditional PUT over the existing file"
    expect.that(not (plain and copy.succeeded), wanted, seen, copy)
    expect.failure(copy)


@requirement("TPC-027")
@pytest.mark.usefixtures("pull_works")
def test_other_overwrite_values_do_not_overwrite(client, party, existing):
    copy = client.pull(party.source(size=700).url, existing.path, overwrite="X", **PLAINLY)
    expect.not_success(copy)
    expect.content(client.get(existing.path), existing.content)
    expect.noted(f"Overwrite: X over an existing file: {copy}")


def _forbidden(client, copy, file):
    """Whether the site lets nobody replace a file: then an ordinary PUT is refused as well."""
    if not 400 <= copy.status < 500 or copy.status == 412:
        return False
    return client.put(file.path, file.content).status >= 400
