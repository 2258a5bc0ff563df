"""The WLCG token profile: audiences, and what each scope permits and does not."""

from __future__ import annotations

import secrets

import pytest

from harness import expect
from harness.checks import needs, requirement
from harness.client import PLAINLY
from harness.problems import NotApplicable

DONE = (200, 201, 204)
ELSEWHERE = "https://another-service.invalid"


@pytest.fixture
def holding(issuer, client, redactor, private):
    """A client whose token has these scopes below the tree's directory, and these claims."""

    def made(*rights, **claims):
        scope = " ".join(issuer.scope(right, private.directory) for right in rights)
        return client.bearing(redactor.register(issuer.wlcg(scope, **claims), "token"))

    return made


@pytest.fixture
def reads(holding, private):
    """The control: a good token of the same issuer reads."""
    good = holding("storage.read").get(private.inside.path)
    if good.status >= 400:
        raise NotApplicable(f"WLCG scopes are not understood: {good.status}", (good,))
    whole = good.body.content == private.inside.content
    expect.control(whole, f"a good token reads something else: {good.status}", good)


@pytest.fixture
def name(private):
    return f"{private.directory}/scope-{secrets.token_hex(4)}"


@requirement("AUTH-023")
@pytest.mark.parametrize(
    "audience", [ELSEWHERE, [ELSEWHERE, f"{ELSEWHERE}/2"]], ids=["one", "list"]
)
@pytest.mark.usefixtures("reads")
def test_token_for_another_audience_grants_nothing(holding, private, name, audience):
    stranger = holding("storage.read", "storage.modify", aud=audience)
    expect.denied(stranger.get(private.inside.path))
    expect.denied(stranger.put(name, b"not allowed"))


@requirement("AUTH-023")
@pytest.mark.usefixtures("reads")
def test_token_for_several_audiences_is_for_us_too(holding, private, issuer):
    ours = issuer.audience or "https://wlcg.cern.ch/jwt/v1/any"
    read = holding("storage.read", aud=[ELSEWHERE, ours]).get(private.inside.path)
    expect.content(read, private.inside.content)


@pytest.fixture
def creator(holding, client, name):
    """A token that may create, seen to do so."""
    made = holding("storage.create")
    put = made.put(name, b"created")
    if put.status >= 400:
        raise NotApplicable(f"storage.create does not create: {put.status}", (put,))
    there = client.get(name)
    expect.control(there.body.content == b"created", "nothing is created", put, there)
    return made


@requirement("AUTH-024")
@pytest.mark.parametrize("how", ["PUT", "DELETE", "GET"])
def test_create_scope_leaves_what_is_there_alone(creator, client, spare, how):
    file = spare()
    answer = creator.follow(how, file.path, body=b"not allowed" if how == "PUT" else b"")
    expect.denied(answer)
    expect.content(client.get(file.path), file.content)


@requirement("AUTH-024")
@needs("tpc-pull", "peer")
def test_create_scope_pulls_new_files_only(creator, client, party, spare, name):
    fresh = creator.pull(party.source(size=300).url, f"{name}-pulled", **PLAINLY)
    expect.control(fresh.succeeded, f"a pull to a new name: {fresh}", fresh)
    file = spare()
    copy = creator.pull(party.source(size=400).url, file.path, **PLAINLY)
    expect.failure(copy, severe=True)
    expect.content(client.get(file.path), file.content)


@requirement("AUTH-025")
def test_modify_scope_writes_and_does_not_read(holding, client, private, name):
    writer = holding("storage.modify")
    put = writer.put(name, b"first")
    if put.status >= 400:
        raise NotApplicable(f"storage.modify does not write: {put.status}", (put,))
    expect.denied(writer.get(private.inside.path))
    expect.status(writer.put(name, b"second"), *DONE)
    expect.content(client.get(name), b"second")
    expect.status(writer.delete(name), *DONE)
    expect.that((left := client.get(name)).status == 404, "gone", left.status, left)
    made = writer.make_home(f"{name}-collection")
    expect.preferably(made.status in DONE, "201", made.status, made)


@requirement("AUTH-026")
@pytest.mark.parametrize("up", ["/../", "/%2e%2e/", "/./../"], ids=["plain", "encoded", "dots"])
@pytest.mark.usefixtures("reads")
def test_dot_segments_in_a_scope_reach_no_sibling(issuer, client, redactor, private, up):
    above, _, sibling = private.outside.directory.rpartition("/")
    expect.control(private.directory.rpartition("/")[0] == above, "the trees are no siblings")
    scope = issuer.scope("storage.read", private.directory) + up + sibling
    reader = client.bearing(redactor.register(issuer.wlcg(scope), "token"))
    expect.denied(reader.get(private.outside.path))


@requirement("AUTH-029")
@pytest.mark.usefixtures("reads")
def test_scope_without_a_path_gives_no_right(client, issuer, redactor, private, name):
    def alone(right):
        return client.bearing(redactor.register(issuer.wlcg(right), "token"))

    expect.denied(alone("storage.read").get(private.inside.path))
    expect.denied(alone("storage.read:").get(private.inside.path))
    for right in ("storage.modify", "storage.create"):
        expect.denied(alone(right).put(f"{name}-{right[8:]}", b"not allowed"))


@requirement("AUTH-030")
@pytest.mark.parametrize("where", ["scope", "request"])
@pytest.mark.usefixtures("reads")
def test_two_slashes_are_the_same_to_scopes_as_to_files(issuer, client, redactor, private, where):
    twice = client.get(doubled(private.inside.path))
    if twice.status != 200:
        raise NotApplicable(f"two slashes name another file: {twice.status}", (twice,))
    scope = issuer.scope("storage.read", private.directory)
    scope = doubled(scope) if where == "scope" else scope
    reader = client.bearing(redactor.register(issuer.wlcg(scope), "token"))
    path = private.inside.path
    expect.denied(reader.get(private.outside.path))
    expect.denied(reader.get(doubled(private.outside.path)))
    expect.content(
        reader.get(doubled(path) if where == "request" else path), private.inside.content
    )


def doubled(path):
    """The path with two slashes before its last element but one, or its last."""
    head, slash, tail = path.rpartition("/")
    return f"{head}/{slash}{tail}"


@requirement("AUTH-027")
@pytest.mark.usefixtures("reads")
def test_poll_scope_gives_no_right_to_data(holding, private, name):
    poll, stage = holding("storage.poll"), holding("storage.stage")
    expect.denied(poll.get(private.inside.path))
    expect.denied(poll.put(name, b"not allowed"))
    expect.denied(stage.put(name, b"not allowed"))
    read = stage.get(private.inside.path)
    expect.noted(f"storage.stage {'reads' if read.status == 200 else 'does not read'}")
