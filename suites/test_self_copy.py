"""COPY of a resource onto itself, under whatever name of the server (RFC 4918 section 9.8)."""

from urllib.parse import urlsplit

import pytest

from harness import expect
from harness.checks import requirement
from harness.client import PLAINLY
from harness.client.client import named

PATIENCE = 20
"""Seconds for a COPY that may block itself; what is left of the file is looked at then."""


@requirement("TPC-019")
@pytest.mark.parametrize("form", ["plain", "third-party"])
def test_copy_onto_itself_is_refused(client, existing, form):
    headers = own_headers(client) if form == "third-party" else ()
    source = (("Source", client.url(existing.path)), *headers)
    copy = client.copy(existing.path, source, within=PATIENCE)
    expect.content(client.get(existing.path), existing.content)
    expect.not_success(copy)
    expect.failure(copy)


@requirement("TPC-054")
def test_copy_onto_itself_under_any_name_keeps_the_data(client, existing):
    first = client.copy(existing.path, (), within=PATIENCE)
    names = own_names(client.url(existing.path), first.exchange.peer)
    for side in ("Source", "Destination"):
        for url in names:
            headers = ((side, url), ("Overwrite", "T"), *own_headers(client))
            copy = client.copy(existing.path, headers, within=PATIENCE)
            kept = client.get(existing.path)
            good = kept.status == 200 and kept.body.content == existing.content
            words = (
                f"{kept.status}, {kept.body.size} bytes, after {side}: {url} was answered {copy}"
            )
            expect.that(good, "the file as it was", words, copy, kept, severe=True)


def own_headers(client):
    """So that the server may read and write itself in our name."""
    token = client.identity.token
    shown = {"transfer_header_authorization": f"Bearer {token}"} if token else {}
    return named({**PLAINLY, **shown})


def own_names(url, peer):
    """The same resource under other names of the server; ``peer`` is its address and port."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    port = f":{parts.port}" if parts.port else ""
    default = {"https": ":443", "http": ":80"}[parts.scheme]
    address = peer.rpartition(":")[0]
    literal = f"[{address}]" if ":" in address else address
    hosts = [f"{parts.hostname}{port}", f"{str(parts.hostname).upper()}{port}"]
    hosts += [] if port else [f"{parts.hostname}{default}"]
    hosts += [f"{literal}{port}"] if address else []
    paths = [f"{folder}//{name}", f"{folder}/%{ord(name[0]):02X}{name[1:]}"]
    urls = [f"{parts.scheme}://{host}{parts.path}" for host in hosts]
    return urls + [f"{parts.scheme}://{hosts[0]}{path}" for path in paths]
