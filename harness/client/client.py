"""The tester's hand: every call returns an Exchange, and every Exchange is on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from harness.client.connection import Ask, Live, Route
from harness.client.ordinary import Ordinary
from harness.client.transfer import TAIL, Transfer, unended
from harness.endpoints import Endpoint
from harness.identity import X509, Identity
from harness.model import Exchange, Headers
from harness.model.exchange import joined
from harness.recorder import Recorder
from harness.redact import Secret
from harness.wire.token_answers import any_token

TIMEOUT = 60.0
"""Seconds an ordinary answer may take."""

DIGEST_TIMEOUT = 180.0
"""Seconds a checksum may take that is computed on demand (catalogue, CKSUM-001)."""

HOPS = 5
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Pin:
    """One of the addresses behind an authority: the only one to connect to for its URLs."""

    authority: str = ""
    address: str = ""

    def place(self, url: str) -> str:
        """The address to connect to for a URL; empty where its name decides."""
        return self.address if urlsplit(url).netloc == self.authority else ""


NO_PIN = Pin()


class Client:
    """Speaks to one endpoint as one identity. Paths are absolute and already percent-encoded."""

    def __init__(
        self, endpoint: Endpoint, identity: Identity, recorder: Recorder, *, pin: Pin = NO_PIN
    ) -> None:
        self.endpoint = endpoint
        self.identity = identity
        self.recorder = recorder
        self.pin = pin
        # a token speaks for itself; the certificate is shown when it is all we have
        self._pair: X509 | None = None if identity.authorization else identity.x509
        self._ordinary = Ordinary(endpoint.ca, self._pair)

    @property
    def patience(self) -> float:
        """How many seconds the result of a COPY is waited for."""
        return self.endpoint.limits.copy_timeout

    def known_as(self, identity: Identity) -> Client:
        """The same endpoint, asked by somebody else."""
        return Client(self.endpoint, identity, self.recorder, pin=self.pin)

    def at(self, address: str, authority: str = "") -> Client:
        """The same, but the endpoint (or another authority) is asked at this address only."""
        pin = Pin(authority or self.endpoint.authority, address)
        return Client(self.endpoint, self.identity, self.recorder, pin=pin)

    def anonymous(self) -> Client:
        return self.known_as(Identity())

    def bearing(self, token: str) -> Client:
        """The same endpoint, asked with ``token``."""
        return self.known_as(Identity(token=Secret(token)))

    def url(self, path: str) -> str:
        """The absolute URL of ``path`` on the endpoint."""
        return urljoin(self.endpoint.url, path) if path.startswith("/") else path

    def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Exchange:
        """One ordinary request; redirects are not followed."""
        ask = self._ask(method, path, headers, body)
        if self.pin.address:
            return self.exact(ask)
        if any(name.lower() == "want-digest" for name, _ in headers):
            # XRootD 5.5.3 mixes answers up, or dies, when a GET with Want-Digest comes on a
            # connection that was used before: every such request gets one of its own
            return self.exact(ask, within=DIGEST_TIMEOUT)
        return self.recorder.exchange(
            self._ordinary.exchange(ask, endpoint=self.endpoint.name, timeout=TIMEOUT)
        )

    def ask_token(self, path: str, *, headers: Headers = (), body: bytes = b"") -> Exchange:
        """A POST that asks for a token, which the redactor knows before the answer is on record.

        It has a connection of its own: XRootD 5.5.3 leaves the body of a refused POST unread and
        takes it for the beginning of the next request.
        """
        live = self.send(self._ask("POST", path, headers, body)).finish(within=TIMEOUT)
        answer = live.exchange(self.endpoint.name)
        issued = any_token(answer.body.content or b"")
        return self.recorder.exchange(answer, tokens=[issued] if issued else [])

    def follow(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Exchange:
        """The same, following at most five redirects: endpoints may send us to a data server."""
        found = self.request(method, path, headers=headers, body=body)
        for _ in range(HOPS):
            target = _way(found)
            if target is None:
                break
            found = self.request(method, target, headers=headers, body=body)
        return found

    def get(self, path: str, **headers: str) -> Exchange:
        return self.follow("GET", path, headers=named(headers))

    def head(self, path: str, **headers: str) -> Exchange:
        return self.follow("HEAD", path, headers=named(headers))

    def put(self, path: str, body: bytes, **headers: str) -> Exchange:
        return self.follow("PUT", path, headers=named(headers), body=body)

    def delete(self, path: str) -> Exchange:
        return self.follow("DELETE", path)

    def mkcol(self, path: str) -> Exchange:
        return self.follow("MKCOL", path)

    def make_home(self, path: str) -> Exchange:
        """Make a directory of our own, with a slash at its end or, failing that, without.

        nginx insists on the slash (RFC 4918 section 5.2 recommends it), others never saw one.
        """
        made = self.mkcol(path + "/")
        return made if made.status in (200, 201) else self.mkcol(path)

    def move(self, path: str, destination: str, **headers: str) -> Exchange:
        """MOVE ``path`` to ``destination``, both paths on the endpoint."""
        target = (("Destination", self.url(destination)), *named(headers))
        return self.follow("MOVE", path, headers=target)

    def propfind(self, path: str, depth: str | None = "0", *, body: bytes = b"") -> Exchange:
        """PROPFIND, without a body (allprop) or with one; ``depth`` None: no Depth header."""
        headers: Headers = (("Depth", depth),) if depth is not None else ()
        kind: Headers = (("Content-Type", 'application/xml; charset="utf-8"'),) if body else ()
        return self.follow("PROPFIND", path, headers=(*headers, *kind), body=body)

    def pull(self, source: str, path: str, **headers: str) -> Transfer:
        """COPY ``source`` (a URL elsewhere) into ``path``; waits for the result."""
        return self.copy(path, (("Source", source), *named(headers)))

    def push(self, path: str, destination: str, **headers: str) -> Transfer:
        """COPY ``path`` to ``destination`` (a URL elsewhere); waits for the result."""
        return self.copy(path, (("Destination", destination), *named(headers)))

    def copy(
        self, path: str, headers: Headers, *, within: float | None = None, tail: float = TAIL
    ) -> Transfer:
        """A COPY with exactly these headers; waits for the result, as long as the limits say.

        ``tail`` is how long to wait for the end of the body once the result line is there.
        """
        within = self.patience if within is None else within
        live = self.begin(path, headers, within=within)
        live.finish(within=within, hopeless=lambda x: unended(x, tail))
        return Transfer(self.closed(live))

    def begin(self, path: str, headers: Headers, *, within: float | None = None) -> Live:
        """A COPY up to its status line; a redirect is followed with the same COPY.

        One that asks for a delegated credential (X-Delegate-To) is an answer, not a way to go.
        """
        within = self.patience if within is None else within
        live = self.open("COPY", path, headers)
        for _ in range(HOPS):
            live.until(lambda x: x.reader.head is not None, within=within)
            target = _elsewhere(live)
            if target is None:
                break
            self.closed(live)
            live = self.open("COPY", target, headers)
        return live

    def apart(self, ask: Ask, *, within: float = TIMEOUT) -> Exchange:
        """Like :meth:`follow`, every hop on a connection of its own and read byte by byte.

        ``ask.url`` may be a path; Authorization, Host and Content-Length are added if missing.
        """
        live = self.open(ask.method, ask.url, ask.headers, ask.body)
        found = self.closed(live.finish(within=within))
        for _ in range(HOPS):
            target = _way(found)
            if target is None:
                break
            live = self.open(ask.method, target, ask.headers, ask.body)
            found = self.closed(live.finish(within=within))
        return found

    def open(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Live:
        """A request on a connection of its own, to be watched or cut off while it runs."""
        return self.send(self._ask(method, path, headers, body))

    def send(self, ask: Ask) -> Live:
        """Exactly ``ask``, on a connection of its own."""
        place = self.pin.place(ask.url)
        return Live(ask, Route(ask.url, self.endpoint.ca, self._pair, place))

    def ask(self, method: str, path: str, headers: Headers = (), *, version: str = "1.1") -> Ask:
        """A request head as this identity sends it, to be sent or changed."""
        return replace(self._ask(method, path, headers, b""), version=version)

    def closed(self, live: Live) -> Exchange:
        """Close ``live`` if it is open, and put what came of it on record."""
        live.close()
        return self.recorder.exchange(live.exchange(self.endpoint.name))

    def exact(self, ask: Ask, *, within: float = TIMEOUT) -> Exchange:
        """Send exactly ``ask`` and read the answer to its end."""
        return self.closed(self.send(ask).finish(within=within))

    def close(self) -> None:
        self._ordinary.close()

    def authorization(self, url: str) -> Headers:
        """Our Authorization for ``url``: it never goes to another host than the endpoint's."""
        shown = self.identity.authorization
        ours = urlsplit(url).hostname == urlsplit(self.endpoint.url).hostname
        return (("Authorization", shown),) if shown and ours else ()

    def _ask(self, method: str, path: str, headers: Headers, body: bytes) -> Ask:
        url = self.url(path)
        given = {name.lower() for name, _ in headers}
        extra = () if "authorization" in given else self.authorization(url)
        framed = not given.isdisjoint({"content-length", "transfer-encoding"})
        if not framed and (body or method in ("PUT", "POST")):
            extra += (("Content-Length", str(len(body))),)
        return Ask(method, url, (*headers, *extra), body)


def _elsewhere(live: Live) -> str | None:
    """Where an ordinary redirect leads; None for every other answer."""
    head = live.reader.head
    if head is None or head.code not in MOVED or joined(head.fields, "x-delegate-to"):
        return None
    return _led(live.ask.url, joined(head.fields, "location"))


def _way(found: Exchange) -> str | None:
    """Where an answer redirects to; None when it is the last one."""
    return _led(found.url, found.header("location")) if found.status in MOVED else None


def _led(base: str, location: str | None) -> str | None:
    """The URL that a Location stands for; None for one that leads nowhere: the way ends there."""
    try:
        url = urljoin(base, location) if location is not None else ""
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # no port, or brackets that are no IPv6 address
        return None
    return url if known else None


PLAINLY = {"credential": "none", "require_checksum_verification": "false"}
"""What a COPY says so that its outcome does not depend on the defaults of the server."""

SPELLINGS = {
    name.replace("-", "").lower(): name
    for name in (
        "Source",
        "Destination",
        "Credential",
        "RequireChecksumVerification",
        "TransferHeaderAuthorization",
        "X-Number-Of-Streams",
        "Content-MD5",
        "SciTag",
        "TE",
    )
}
"""The canonical spelling of names that are not Capital-After-Hyphen; some servers insist on it."""


def named(headers: dict[str, str]) -> Headers:
    """Keyword arguments as header fields: ``want_digest="md5"`` is ``Want-Digest: md5``."""
    return tuple(
        (SPELLINGS.get(name.replace("_", "").lower(), name.replace("_", "-").title()), value)
        for name, value in headers.items()
    )


def without(identity: Identity, *, token: bool = False, x509: bool = False) -> Identity:
    """``identity`` stripped of its token, its certificate, or both."""
    return replace(
        identity,
        token=None if token else identity.token,
        x509=None if x509 else identity.x509,
    )
