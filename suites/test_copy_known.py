"""Is there third-party copy at all? Answered without a far side, so for any endpoint."""

import secrets

from harness import expect
from harness.checks import requirement, without
from harness.problems import Untested

UNKNOWN = (405, 501)


@requirement("TPC-001")
@without("peer")
def test_copy_from_elsewhere_is_a_known_method(client, new_path):
    copy = client.pull("https://far-side.invalid/file", new_path, credential="none")
    other = client.get(new_path)
    expect.control(other.status not in UNKNOWN, "GET is not known either", other)
    expected = "a COPY with Source that is accepted, or refused for its own reason"
    expect.that(copy.status not in UNKNOWN, expected, copy, copy)
    raise Untested("COPY is known; whether it transfers needs a far side")


@requirement("TPC-001")
@without("peer")
def test_copy_to_elsewhere_is_not_taken_for_a_local_copy(client, existing, place):
    target = f"{place}/not-here-{secrets.token_hex(4)}"
    copy = client.push(existing.path, f"https://far-side.invalid{target}", credential="none")
    local = client.get(target)
    expected = "nothing at the path of the Destination on this server"
    expect.that(local.status != 200, expected, f"{copy}; {local.status} there", copy, local)
    raise Untested("COPY is not limited to this server; whether it transfers needs a far side")
