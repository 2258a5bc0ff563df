"""COPY and the Overwrite header (RFC 4918 section 10.6; HTTP-TPC technical details)."""

from harness import expect
from harness.checks import requirement


@requirement("TPC-021", "TPC-022")
def test_overwrite_f_keeps_an_existing_file(judge, client, party, existing):
    far = party.source(size=2000)
    copy = client.pull(far.url, existing.path, overwrite="F")
    with judge("TPC-021"):
        expect.failure(copy, severe=True)
        expect.content(client.get(existing.path), existing.content)
    with judge("TPC-022"):
        expect.status(copy, 412)


@requirement("TPC-023")
def test_overwrite_f_lets_a_new_file_through(client, party, new_path):
    far = party.source(size=2000)
    expect.success(client.pull(far.url, new_path, overwrite="F"))
    expect.content(client.get(new_path), far.content)
