"""Entity tags and conditional requests (RFC 9110 sections 8.8.3 and 13)."""

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable


@requirement("DAV-017")
def test_etag_is_never_used_for_other_content(client, upload):
    file, tags = upload(b"content 0"), []
    for content in (file.content, b"content 1", b"content 2, longer", b"content 0"):
        put = client.put(file.path, content)
        expect.control(put.status in (200, 201, 204), "the file cannot be replaced", put)
        read = client.get(file.path)
        tags.append((read.header("etag"), content, read))
    if all(tag is None for tag, _, _ in tags):
        raise NotApplicable("files have no ETag", (tags[0][2],))
    told = ", ".join(str(tag) for tag, _, _ in tags)
    clash = any(a[0] == b[0] and a[1] != b[1] for a in tags for b in tags if a[0] and b[0])
    expect.that(not clash, "another ETag for other content", told, *(t[2] for t in tags))


@requirement("DAV-017")
def test_etag_is_not_used_again_after_delete(client, upload):
    file = upload(b"the first life")
    before = client.get(file.path)
    expect.control(client.delete(file.path).status < 300, "DELETE is refused")
    expect.control(client.put(file.path, b"the other life").status < 300, "PUT is refused")
    after = client.get(file.path)
    tags = [before.header("etag"), after.header("etag")]
    if tags == [None, None]:
        raise NotApplicable("files have no ETag", (before, after))
    told = f"{tags[0]}, then {tags[1]}"
    expect.that(tags[0] != tags[1], "another ETag for other content", told, before, after)


@requirement("DAV-018")
def test_current_etag_gives_not_modified(client, existing):
    tag = client.get(existing.path).header("etag")
    if tag is None:
        expect.noted("files have no ETag")
        return
    answer = client.get(existing.path, if_none_match=tag)
    expect.status(answer, 304)
    expect.content(client.get(existing.path, if_none_match='"another"'), existing.content)


@requirement("DAV-018")
def test_if_none_match_any_protects_an_existing_file(client, existing):
    answer = client.put(existing.path, b"the intruder", if_none_match="*")
    expect.content(client.get(existing.path), existing.content)
    expect.status(answer, 412)


@requirement("DAV-018")
def test_if_none_match_any_lets_a_new_file_through(client, new_path):
    expect.status(client.put(new_path, b"new", if_none_match="*"), 201, 200, 204)
    expect.content(client.get(new_path), b"new")


@requirement("DAV-018")
def test_false_if_match_keeps_the_file(client, existing):
    tag = client.get(existing.path).header("etag")
    if tag is None:
        expect.noted("files have no ETag")
        return
    answer = client.put(existing.path, b"the intruder", if_match='"no-such-tag"')
    expect.content(client.get(existing.path), existing.content)
    expect.status(answer, 412)
    if not tag.startswith("W/"):  # a weak one never matches (RFC 9110 section 13.1.1)
        expect.status(client.put(existing.path, b"the heir", if_match=tag), 200, 201, 204)
