"""One function a capability of the endpoint: asks it, and returns what was seen as proof.

Absence is believed only with proof: the exchange that says no, and for third-party copy also one
in which the endpoint answers something else in another way, so that its no is not its only word.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.client import Client, Transfer
from harness.client.client import named, without
from harness.client.connection import Ask
from harness.model import Capability, Exchange
from harness.remote_party import RemoteParty
from harness.wire.macaroons import parse_macaroon
from harness.wire.metalink import MEDIA_TYPE as METALINK
from harness.wire.multistatus import parse_multistatus
from harness.wire.problem import SyntaxProblem
from harness.wire.token_answers import any_token, is_macaroon, json_object

NO_CREDENTIAL = Capability(False, "tester", "no credential to ask for a macaroon with")
MACAROON_REQUEST = b'{"caveats": ["activity:DOWNLOAD,LIST"], "validity": "PT10M"}'


@dataclass(frozen=True, slots=True)
class Ground:
    """What a probe may use: the endpoint as the main identity, a place to write, our far side."""

    client: Client
    place: str
    party: RemoteParty | None

    def path(self) -> str:
        """A fresh name below our own directory."""
        return f"{self.place}/probe-{secrets.token_hex(4)}"

    def file(self, content: bytes = b"probe", **headers: str) -> str:
        """A fresh file; the name even if the upload was refused."""
        path = self.path()
        self.client.put(path, content, **headers)
        return path


Probe = Callable[[Ground], Capability]


def seen(present: bool, proof: str, *evidence: Exchange) -> Capability:
    return Capability(present, "probed", proof, tuple(e.id for e in evidence))


def tpc_pull(ground: Ground) -> Capability:
    assert ground.party is not None
    far = ground.party.source(size=300)
    transfer = ground.client.pull(far.url, ground.path(), credential="none")
    return _tpc(ground, transfer, contacted=bool(far.requests), direction="pull")


def tpc_push(ground: Ground) -> Capability:
    assert ground.party is not None
    far = ground.party.destination()
    transfer = ground.client.push(ground.file(b"p" * 300), far.url, credential="none")
    return _tpc(ground, transfer, contacted=bool(far.requests), direction="push")


def _tpc(ground: Ground, transfer: Transfer, *, contacted: bool, direction: str) -> Capability:
    claims = transfer.succeeded or transfer.exchange.header("x-delegate-to") is not None
    if contacted or claims or transfer.status == 202:
        return seen(True, f"third-party {direction} answered {transfer}", transfer.exchange)
    control = ground.client.head(ground.file())
    if control.status == transfer.status:
        # it may be saying no to everything: then the checks have to find out
        return seen(True, f"every answer is {control.status}", transfer.exchange, control)
    proof = f"third-party {direction} answered {transfer} without contacting the other side"
    return seen(False, proof, transfer.exchange, control)


def discerning(ground: Ground) -> Capability:
    """Whether it tells a good request from a nonsense one: only then its no means anything."""
    there, nothing = ground.client.head(ground.file()), ground.client.head(ground.path())
    nonsense = ground.client.request("NONSENSE", ground.place)
    told = [answer.status for answer in (there, nothing, nonsense)]
    words = "a file, a name that does not exist, a method that does not: "
    proof = words + ", ".join(map(str, told))
    return seen(len(set(told)) > 1, proof, there, nothing, nonsense)


def macaroon(ground: Ground) -> Capability:
    """A success with a JSON object or a token says that it means to issue, however wrong."""
    if ground.client.identity.empty:
        return NO_CREDENTIAL
    answer = issue(ground)
    body = answer.body.content or b""
    issues = 200 <= answer.status < 300 and bool(any_token(body) or json_object(body))
    return seen(issues, f"a macaroon request: {answer.status}", answer)


def dcache_caveats(ground: Ground) -> Capability:
    if ground.client.identity.empty:
        return NO_CREDENTIAL
    answer = issue(ground)
    token = any_token(answer.body.content or b"") or ""
    caveats = parse_macaroon(token).texts if is_macaroon(token) else ()
    first = any(c.startswith("iid:") for c in caveats)
    return seen(first, "caveats with iid:" if first else "no iid: among the caveats", answer)


def issue(ground: Ground) -> Exchange:
    """A macaroon request for our own directory, by certificate where a token is not enough."""
    kind = (("Content-Type", "application/macaroon-request"),)
    identity = ground.client.identity
    answer = ground.client.ask_token(ground.place, headers=kind, body=MACAROON_REQUEST)
    if answer.status < 400 or identity.x509 is None or identity.authorization is None:
        return answer
    certified = ground.client.known_as(without(identity, token=True))
    return certified.ask_token(ground.place, headers=kind, body=MACAROON_REQUEST)


def authz_query(ground: Ground) -> Capability:
    """Whether the endpoint says that tokens may stand in the query, or takes one for any method."""
    answer = issue(ground)
    body = answer.body.content or b""
    if b"?authz=" in body:
        return seen(True, "a macaroon request is answered with URIs that have ?authz=", answer)
    tokens = [token for token in (ground.client.identity.token, any_token(body)) if token]
    if not tokens:
        return Capability(False, "tester", "no token to put into a query")
    path, anonymous = ground.file(), ground.client.anonymous()
    bare = anonymous.get(path)
    asked = [(method, token) for token in tokens for method in ("GET", "PROPFIND")]
    for method, token in asked:
        given = anonymous.follow(method, f"{path}?authz={token}", headers=(("Depth", "0"),))
        if given.status in (200, 207) and bare.status >= 400:
            return seen(True, f"without {bare.status}, with ?authz= {given.status}", bare, given)
    return seen(False, f"without a token {bare.status}, and no other answer with one", bare)


def redirector(ground: Ground) -> Capability:
    answer = ground.client.request("GET", ground.file())
    return seen(300 <= answer.status < 400, f"GET of a file: {answer.status}", answer)


def expect_redirect(ground: Ground) -> Capability:
    path = ground.path()
    client = ground.client
    url = client.url(path)
    headers = (("Content-Length", "5"), ("Expect", "100-continue"), *client.authorization(url))
    live = client.send(Ask("PUT", url, headers))
    live.until(lambda x: x.reader.head is not None or bool(x.reader.interim), within=30)
    if live.reader.interim:  # one that sends both redirects all the same, if wrongly
        live.until(lambda x: x.reader.head is not None, within=0.5)
    answer = client.closed(live)
    told = answer.status or [interim.status for interim in answer.interim]
    return seen(300 <= answer.status < 400, f"PUT with Expect: {told}", answer)


def want_digest(ground: Ground) -> Capability:
    answer = ground.client.head(ground.file(), want_digest="adler32")
    digest = answer.header("digest")
    return seen(digest is not None, f"HEAD with Want-Digest: Digest {digest}", answer)


def md5_on_demand(ground: Ground) -> Capability:
    answer = ground.client.head(ground.file(want_digest="md5"), want_digest="md5")
    digest = answer.header("digest") or ""
    return seen("md5=" in digest.lower(), f"HEAD with Want-Digest: md5: {digest or None}", answer)


def content_md5(ground: Ground) -> Capability:
    wrong = base64.b64encode(hashlib.md5(b"other", usedforsecurity=False).digest()).decode()
    answer = ground.client.put(ground.path(), b"probe", content_md5=wrong)
    return seen(answer.status >= 400, f"a wrong Content-MD5: {answer.status}", answer)


def propfind(ground: Ground) -> Capability:
    answer = ground.client.propfind(ground.place)
    return seen(answer.status == 207, f"PROPFIND: {answer.status}", answer)


DCACHE = "http://www.dcache.org/2013/webdav"
SRM = "http://srm.lbl.gov/StorageResourceManager"


def property_of(ground: Ground, namespace: str, name: str) -> Capability:
    """Whether a file has the property: in its own propstat of 200, not merely in some answer."""
    body = f'<propfind xmlns="DAV:"><prop><{name} xmlns="{namespace}"/></prop></propfind>'
    answer = ground.client.propfind(ground.file(), body=body.encode())
    has = value_of(answer, f"{{{namespace}}}{name}") is not None
    return seen(has, f"PROPFIND for {name}: {answer.status}, {'there' if has else 'none'}", answer)


def value_of(answer: Exchange, name: str) -> str | None:
    """The text of a property in the first response of a multistatus, None if it is not there."""
    try:
        entry = parse_multistatus(answer.body.content or b"").entries[0]
    except (SyntaxProblem, IndexError):
        return None
    found = entry.get(name)
    return found.text if found is not None and found.status == 200 else None


def dcache_props(ground: Ground) -> Capability:
    return property_of(ground, DCACHE, "Checksums")


def srm_props(ground: Ground) -> Capability:
    return property_of(ground, SRM, "FileLocality")


def proppatch(ground: Ground) -> Capability:
    """Whether PROPPATCH is understood at all, whatever it then says about one property."""
    body = b'<propertyupdate xmlns="DAV:"><set><prop><p xmlns="urn:x">v</p></prop></set>'
    path, kind = ground.file(), (("Content-Type", "application/xml"),)
    whole = body + b"</propertyupdate>"
    answer = ground.client.follow("PROPPATCH", path, headers=kind, body=whole)
    return seen(answer.status in (207, 403, 409), f"PROPPATCH: {answer.status}", answer)


XATTR = "http://www.dcache.org/2020/xattr"


def xattr(ground: Ground) -> Capability:
    """Whether an attribute can be given to a file, by the query of an upload or by PROPPATCH."""
    path, kind = ground.path(), (("Content-Type", "application/xml"),)
    ground.client.put(f"{path}?xattr.probe=1", b"probe")
    one = f'<probe xmlns="{XATTR}">1</probe>'
    body = f'<propertyupdate xmlns="DAV:"><set><prop>{one}</prop></set></propertyupdate>'
    patched = ground.client.follow("PROPPATCH", path, headers=kind, body=body.encode())
    ask = f'<propfind xmlns="DAV:"><prop>{one}</prop></propfind>'
    answer = ground.client.propfind(path, body=ask.encode())
    has = value_of(answer, f"{{{XATTR}}}probe") == "1"
    said = f"PROPPATCH {patched.status}, then PROPFIND {answer.status}"
    return seen(has, f"{said}: the attribute is {'there' if has else 'not'}", patched, answer)


def metalink(ground: Ground) -> Capability:
    """Whether a directory is described, by Accept or by query: what is labelled so counts."""
    place = f"{ground.place}/"
    asked = [
        ground.client.get(place, accept=METALINK),
        ground.client.get(f"{place}?type=metalink"),
    ]
    kinds = [answer.header("content-type") or "none" for answer in asked]
    labelled = any(METALINK in kind.lower() for kind in kinds)
    return seen(labelled, f"a directory asked for as Metalink: {', '.join(kinds)}", *asked)


def gridsite(ground: Ground) -> Capability:
    assert ground.party is not None
    far = ground.party.source()
    # a delegated credential is a certificate's: a token in the request would speak for us instead
    asker = ground.client.known_as(without(ground.client.identity, token=True))
    headers = named({"source": far.url, "credential": "gridsite"})
    answer = asker.closed(asker.begin(ground.path(), headers).finish(within=asker.patience))
    delegates = answer.header("x-delegate-to") is not None
    host = answer.tls.peer if answer.tls else ""
    delegated = any(s.client_subject not in ("", host) for s in far.requests)
    proof = f"COPY with Credential: gridsite: {answer.status}"
    return seen(delegates or delegated, proof, answer)


def plaintext(ground: Ground) -> Capability:
    door = ground.client.endpoint.doors.get("plain-url")
    proof = "plain-url is given" if door else "no plain-url is given"
    return Capability(bool(door), "declared", proof)


def dir_html(ground: Ground) -> Capability:
    answer = ground.client.get(ground.place)
    html = "html" in (answer.header("content-type") or "")
    return seen(answer.status == 200 and html, f"GET of a directory: {answer.status}", answer)


def tls(ground: Ground) -> Capability:
    scheme = urlsplit(ground.client.endpoint.url).scheme
    return Capability(scheme == "https", "declared", f"its URL is {scheme}")


PROBES: dict[str, Probe] = {
    "tls": tls,
    "plaintext": plaintext,
    "tpc-pull": tpc_pull,
    "tpc-push": tpc_push,
    "macaroon": macaroon,
    "dcache-caveats": dcache_caveats,
    "authz-query": authz_query,
    "redirector": redirector,
    "expect-redirect": expect_redirect,
    "want-digest": want_digest,
    "md5-on-demand": md5_on_demand,
    "content-md5": content_md5,
    "propfind": propfind,
    "proppatch": proppatch,
    "dcache-props": dcache_props,
    "srm-props": srm_props,
    "xattr": xattr,
    "metalink": metalink,
    "gridsite": gridsite,
    "dir-html": dir_html,
}
"""How each capability of an endpoint is found out. What is not here cannot be probed yet."""
