"""The member uri of the answer to a macaroon request: URLs that are ready to use."""

from __future__ import annotations

import pytest

from fixtures.macaroons import issued
from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable
from harness.wire.problem import SyntaxProblem
from harness.wire.token_answers import json_object
from harness.wire.urls import parse_url

MEMBERS = ("base", "target", "baseWithMacaroon", "targetWithMacaroon")


def uris_of(answer):
    """The member uri; without it there is nothing to judge."""
    expect.control(issued(answer) is not None, f"no token: {answer.status}", answer)
    found = json_object(answer.body.content).get("uri")
    if not isinstance(found, dict):
        raise NotApplicable("the answer has no object uri", (answer,))
    return {name: found.get(name) for name in MEMBERS}


def same(one, other):
    """Whether two texts are URLs of the same resource; an empty path is the root (RFC 9110)."""
    try:
        return parse_url(one or "").same_resource(parse_url(other))
    except SyntaxProblem:
        return False


@requirement("MAC-008")
def test_uri_has_four_members(macaroons):
    answer = macaroons.ask("activity:DOWNLOAD")
    uris = uris_of(answer)
    missing = [name for name, value in uris.items() if not isinstance(value, str) or not value]
    expect.that(not missing, ", ".join(MEMBERS), f"missing: {', '.join(missing)}", answer)


@requirement("MAC-009")
@pytest.mark.parametrize("where", ["root", "directory", "file"])
def test_base_is_the_root_and_target_the_path_asked_for(macaroons, tree, where):
    path = {"root": "/", "directory": tree.directory, "file": tree.inside.path}[where]
    answer = macaroons.ask("activity:DOWNLOAD", path=path)
    uris = uris_of(answer)
    root, target = macaroons.asker.url("/"), macaroons.asker.url(path)
    expect.that(same(uris["base"], root), f"base {root}", uris["base"], answer)
    expect.that(same(uris["target"], target), f"target {target}", uris["target"], answer)


@requirement("MAC-010")
@pytest.mark.parametrize("name", ["base", "target"])
def test_macaroon_is_added_as_query_item_authz(macaroons, tree, name):
    answer = macaroons.ask("activity:DOWNLOAD", path=tree.inside.path)
    uris, token = uris_of(answer), issued(answer) or ""
    given = uris[f"{name}WithMacaroon"]
    good = given == f"{uris[name]}?authz={token}"
    shown = str(given).replace(token, "TOKEN")
    expect.that(good, f"{uris[name]}?authz=TOKEN", shown, answer)


@requirement("MAC-011")
def test_target_with_macaroon_needs_no_further_authentication(macaroons, private, anonymous):
    answer = macaroons.ask("activity:DOWNLOAD", path=private.inside.path)
    ready = uris_of(answer)["targetWithMacaroon"]
    expect.that(bool(ready), "a URL targetWithMacaroon", "none", answer)
    expect.content(anonymous.get(ready), private.inside.content)
