"""COPY within one server (RFC 4918 section 9.8)."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable


@pytest.fixture
def copied(client, existing, new_path):
    """A plain COPY to a new name; not every storage has one."""
    answer = copy(client, existing.path, new_path)
    if answer.failed and client.get(new_path).status != 200:
        raise NotApplicable(f"a plain COPY within the server: {answer}", (answer.exchange,))
    return answer


def copy(client, path, destination, *fields):
    """A COPY without anything that makes it a third-party copy."""
    return client.copy(path, (("Destination", client.url(destination)), *fields))


@requirement("DAV-032")
def test_local_copy_duplicates_a_file(client, existing, new_path, copied):
    expect.content(client.get(new_path), existing.content)
    expect.content(client.get(existing.path), existing.content)
    expect.status(copied, 201, tolerated=(200, 202, 204))


@requirement("DAV-032")
@pytest.mark.usefixtures("copied")
def test_local_copy_replaces_a_file(client, existing, upload):
    old = upload(b"what was there before, and is longer than what replaces it" * 3)
    answer = copy(client, existing.path, old.path, ("Overwrite", "T"))
    expect.content(client.get(old.path), existing.content)
    expect.status(answer, 204, tolerated=(200, 201, 202))


@requirement("DAV-032")
@pytest.mark.usefixtures("copied")
def test_local_copy_with_overwrite_f_keeps_the_file(client, existing, upload):
    old = upload(b"to be kept")
    answer = copy(client, existing.path, old.path, ("Overwrite", "F"))
    expect.content(client.get(old.path), old.content)
    expect.status(answer, 412, tolerated=[code for code in range(400, 600) if code != 412])
