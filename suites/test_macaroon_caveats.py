"""Caveats one by one: what makes a token useless, when, and from where."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re

import pytest

from fixtures.waiting import eventually
from harness import expect
from harness.checks import requirement, slow
from harness.problems import Untested
from harness.wire.times import format_instant

PAST, DISTANT = "before:2000-01-01T00:00:00Z", "before:2099-01-01T00:00:00Z"
IID = re.compile(r"iid:[A-Za-z0-9+/_-]+={0,2}")
ID = re.compile(r"\d+;\d+(,\d+)*;.+")


@pytest.fixture
def reading(macaroons, private):
    """Reads a file with the token, narrowed by further caveats of its holder."""

    def read(token, *caveats):
        shown = macaroons.narrowed(token, *caveats) if caveats else token
        return macaroons.bearing(shown).get(private.inside.path)

    return read


@pytest.fixture
def token(macaroons, private, reading):
    """A token that reads the file."""
    made = macaroons.issue("activity:DOWNLOAD,LIST")
    read = reading(made)
    expect.control(read.status == 200, f"the token itself got {read.status}", read)
    return made


@requirement("MAC-016")
@pytest.mark.parametrize("caveat", ["foo:bar", "nocolon", "activity:FLY", ""])
def test_caveat_that_is_not_understood_makes_the_token_useless(token, reading, caveat):
    expect.denied(reading(token, caveat))


@requirement("MAC-016")
def test_third_party_caveat_without_discharge_makes_the_token_useless(macaroons, private, token):
    shown = macaroons.bearing(macaroons.bound(token))
    expect.denied(shown.get(private.inside.path))


@requirement("MAC-017")
def test_issue_id_comes_first_and_is_unique(macaroons):
    seen = set()
    for _ in range(3):
        texts = macaroons.parsed(macaroons.issue()).texts
        first = texts[0] if texts else "no caveat"
        expect.that(bool(IID.fullmatch(first)), "iid:BASE64 as the first caveat", first)
        repeated = f"{first} for two tokens"
        expect.that(first not in seen, "another iid for every token", repeated)
        seen.add(first)


@requirement("MAC-017")
def test_second_issue_id_makes_the_token_useless(token, reading):
    expect.denied(reading(token, "iid:AAAAAAAA"))


@requirement("MAC-018")
def test_identity_is_told_once(macaroons):
    found = macaroons.parsed(macaroons.issue()).values("id")
    expect.that(len(found) == 1, "exactly one caveat id", f"{len(found)}")
    expect.that(bool(ID.fullmatch(found[0])), "uid;gid[,gid...];username", found[0])


@requirement("MAC-018")
@pytest.mark.parametrize("where", ["other", "same"])
def test_second_identity_caveat_makes_the_token_useless(macaroons, token, reading, where):
    mine = macaroons.parsed(token).values("id")[0]
    expect.denied(reading(token, f"id:{mine}" if where == "same" else "id:0;0;root"))


@requirement("MAC-020")
@pytest.mark.parametrize("text", [PAST, "before:2000-01-01T00:00:00.123Z"])
def test_token_is_useless_after_its_end(token, reading, text):
    expect.denied(reading(token, text))


@slow
@requirement("MAC-020")
def test_token_becomes_useless_at_its_end(token, reading):
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=3)
    caveat = f"before:{format_instant(end)}"
    early = reading(token, caveat)
    expect.that(early.status == 200, "a token of use until its end", early.status, early)
    late = eventually(lambda: reading(token, caveat), lambda x: x.status >= 400, within=12)
    expect.denied(late)


@requirement("MAC-021")
@pytest.mark.parametrize("caveats", [(PAST, DISTANT), (DISTANT, PAST)], ids=["last", "first"])
def test_later_end_does_not_extend_an_earlier(token, reading, caveats):
    expect.denied(reading(token, *caveats))


def our_address(client, path):
    """The address by which the endpoint knows us; Untested where it may be another one."""
    live = client.open("OPTIONS", path)
    local = ipaddress.ip_address(live.local.rpartition(":")[0])
    peer = ipaddress.ip_address(live.peer.rpartition(":")[0])
    client.closed(live.finish(within=30))
    if local.is_private and not peer.is_private:
        raise Untested("our address may be translated on the way to the endpoint")
    return local


@requirement("MAC-039")
@pytest.mark.parametrize("form", ["{own}", "{subnet}", "2001:db8::/32,{own}", "0.0.0.0/0,::/0"])
def test_address_in_the_list_is_accepted(macaroons, private, token, reading, form):
    own = our_address(macaroons.asker, private.inside.path)
    subnet = ipaddress.ip_network(f"{own}/{own.max_prefixlen - 8}", strict=False)
    answer = reading(token, "ip:" + form.format(own=own, subnet=subnet))
    expect.content(answer, private.inside.content)


@requirement("MAC-039")
@pytest.mark.parametrize(
    "form", ["192.0.2.0/24", "2001:db8::1", "{near}", "192.0.2.1,2001:db8::/32"]
)
def test_address_outside_of_the_list_is_refused(macaroons, private, token, reading, form):
    own = our_address(macaroons.asker, private.inside.path)
    near = ipaddress.ip_network((int(own) ^ 2, own.max_prefixlen - 1), strict=False)
    expect.denied(reading(token, "ip:" + form.format(near=near)))


@requirement("MAC-040")
@pytest.mark.parametrize("order", [1, -1], ids=["match-first", "match-last"])
def test_all_address_lists_must_hold(macaroons, private, token, reading, order):
    own = our_address(macaroons.asker, private.inside.path)
    here, elsewhere = f"ip:{own},0.0.0.0/0,::/0", "ip:192.0.2.0/24"
    both = reading(token, here, here)
    expect.that(both.status == 200, "200 where both hold", both.status, both)
    expect.denied(reading(token, *(here, elsewhere)[::order]))
