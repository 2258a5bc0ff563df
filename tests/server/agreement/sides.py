"""One server and the model of it: requests go to both, and what they show is compared."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tests.server.agreement.model import Node, Tree
from tests.server.server_kit import Server
from tests.server.wire_client import Answer, Client

XATTR = "http://www.dcache.org/2020/xattr"
DCACHE = "http://www.dcache.org/2013/webdav"
ASKED = (
    '<D:propfind xmlns:D="DAV:" xmlns:c="http://www.dcache.org/2013/webdav" '
    f'xmlns:x="{XATTR}"><D:prop><D:resourcetype/><D:getcontentlength/><c:Checksums/>'
    "<x:one/><x:two/></D:prop></D:propfind>"
).encode()
UPDATE = (
    f'<D:propertyupdate xmlns:D="DAV:" xmlns:x="{XATTR}"><D:%s><D:prop>%s</D:prop></D:%s>'
    "</D:propertyupdate>"
)
Shown = dict[str, tuple[str | None, frozenset[tuple[str, str]]]]
"""By path: size and adler32 as text (None for a collection), and attributes."""


@dataclass
class Side:
    """A server seen through one connection, below a base of the example's own."""

    server: Server
    base: str = ""
    tree: Tree = field(default_factory=Tree)
    _client: Client | None = None

    def begin(self, base: str) -> None:
        """A base with a collection and two files, so that most operations meet something."""
        self.base, self.tree = base, Tree()
        for path in ("", "/a"):
            assert self.ask("MKCOL", path).status == 201
        self.tree.make_collection("/a")
        for path in ("/a/x", "/b"):
            content = f"{self.server.url}{path}".encode()
            assert self.ask("PUT", path, body=content).status == self.tree.put(path, content)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """A request below the base."""
        client = self.client()
        answer = client.ask(method, self.base + path, headers, body)
        return self.heard(answer)

    def client(self) -> Client:
        self._client = self._client or self.server.client()
        return self._client

    def heard(self, answer: Answer) -> Answer:
        """Give up the connection if the server did."""
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._client is not None:
            self._client.sock.close()
            self._client = None

    def url(self, path: str) -> str:
        return self.server.url + self.base + path

    def annotate(self, path: str, name: str, value: str | None) -> Answer:
        verb = "set" if value is not None else "remove"
        text = f"<x:{name}>{value or ''}</x:{name}>"
        return self.ask("PROPPATCH", path, {}, (UPDATE % (verb, text, verb)).encode())

    def listing(self, path: str, depth: str) -> tuple[int, Shown]:
        """What PROPFIND shows, by path below the base."""
        answer = self.ask("PROPFIND", path, {"Depth": depth}, ASKED)
        if answer.status != 207:
            return answer.status, {}
        responses: list[Element] = fromstring(answer.body).findall("{DAV:}response")
        return 207, dict(self._shown(response) for response in responses)

    def _shown(
        self, response: Element
    ) -> tuple[str, tuple[str | None, frozenset[tuple[str, str]]]]:
        href = response.findtext("{DAV:}href") or ""
        found = response.find("{DAV:}propstat/{DAV:}prop")
        assert found is not None
        marks = (f".//{{DAV:}}{'getcontentlength'}", f".//{{{DCACHE}}}Checksums")
        size, digest = (found.findtext(mark) for mark in marks)
        is_collection = found.find(".//{DAV:}collection") is not None
        assert is_collection == href.endswith("/")
        names = [name for name in ("one", "two") if found.find(f"{{{XATTR}}}{name}") is not None]
        attributes = _attributes(response, names)
        path = href.rstrip("/").removeprefix(self.base)
        known = [item for item in (digest or "").split(",") if item.startswith("adler32=")]
        return path, (None if is_collection else f"{size} {''.join(known)}", attributes)

    def expected(self, path: str, depth: str) -> Shown:
        """What the model says that PROPFIND shows."""
        names = self.tree.below(path)
        level = path.count("/") + {"0": 0, "1": 1, "infinity": 1000}[depth]
        return {name: _told(self.tree.nodes[name]) for name in names if name.count("/") <= level}

    def agree(self) -> None:
        """The whole tree: names, sizes, digests, attributes."""
        status, shown = self.listing("", "infinity")
        assert status == 207
        assert shown == self.expected("", "infinity")


def _attributes(response: Element, names: list[str]) -> frozenset[tuple[str, str]]:
    good = [
        stat
        for stat in response.findall("{DAV:}propstat")
        if " 200 " in (stat.findtext("{DAV:}status") or "")
    ]
    pairs = set()
    for stat in good:
        for name in names:
            text = stat.findtext(f"{{DAV:}}prop/{{{XATTR}}}{name}")
            if text is not None:
                pairs.add((name, text))
    return frozenset(pairs)


def _told(node: Node) -> tuple[str | None, frozenset[tuple[str, str]]]:
    if node.content is None:
        return None, node.attributes
    return f"{len(node.content)} adler32={zlib.adler32(node.content):08x}", node.attributes
