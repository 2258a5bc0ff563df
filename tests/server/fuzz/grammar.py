"""What a broken or hostile client sends: right requests, each hurt in one seeded way.

Nothing here may lead beyond this machine: hosts of far sides are never mutated, only what follows.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass

NASTY: Sequence[bytes] = (
    *b"% %0 %00 %0d%0a %01 %2e%2e %2f %ff %ED%A0%80 %ef%bf%be ../ // ? # & * ; : , = - +".split(),
    *rb"0 -1 1e999 nan \ud800 \u0000 {} null [] &#0; &lt; bytes= chunked .httptpc ~ <!DO".split(),
    *b"\" ' < ]]> <a> </D:prop>".split(),
    *(b"\x00", b"\x01", b"\x7f", b"\x85", b"\xff\xfe", b"\xc3\xa9", b"\xf0\x9f\x98\x80"),
    *(b"\xed\xa0\x80", b"9" * 19, b"9" * 21, b"9" * 5000, b"A" * 300, b"[" * 3000, b"<a>" * 300),
    *(b"\t", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"bytes=0-0," * 50),
)  # fmt: skip
METHODS = b"GET HEAD PUT POST DELETE MKCOL MOVE PROPFIND PROPPATCH OPTIONS LOCK get".split()
TARGETS = (
    *b"/fuzz/seen /fuzz /fuzz/ /fuzz/up/a / * /fuzz/seen?authz=a.b.c /fuzz?type=metalink".split(),
    *b"/fuzz/up/b?xattr.a=b https://localhost/fuzz/seen".split(),
)
MARKS = b'<D:prop xmlns:D="DAV:"><D:getetag/><D:displayname/><x:y xmlns:x="urn:x"/></D:prop>'
ATTRIBUTE = b'<a:b xmlns:a="http://www.dcache.org/2020/xattr">text</a:b>'
UPDATE = b'<D:%b xmlns:D="DAV:"><D:prop>' + ATTRIBUTE + b"</D:prop></D:%b>"
DOCUMENTS = (
    b'<D:propfind xmlns:D="DAV:">' + MARKS + b"</D:propfind>",
    b'<propfind xmlns="DAV:"><allprop/><include><x xml:lang="a"/><xml:x/></include></propfind>',
    b'<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>',
    b'<D:propertyupdate xmlns:D="DAV:">' + UPDATE % (b"set", b"set") + b"</D:propertyupdate>",
    b'<D:propertyupdate xmlns:D="DAV:">' + UPDATE % (b"remove", b"remove") + b"</D:propertyupdate>",
)
WISHES = (
    b'{"caveats": ["activity:DOWNLOAD,LIST", "path:/fuzz"], "validity": "PT10M"}',
    b'{"caveats": ["before:2030-01-01T00:00:00Z", "ip:127.0.0.0/8,::1", "root:/fuzz"]}',
    b'{"validity": "P1Y2M3W4DT5H6M7.8S"}',
)
SPACE = b"http://www.gridsite.org/namespaces/delegation-2"
CALL = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    b'<d:%b xmlns:d="' + SPACE + b'"><delegationID>1234</delegationID><proxy>'
    b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----</proxy>"
    b"<key>a</key></d:%b></s:Body></s:Envelope>"
)  # fmt: skip
CALLS = (
    *b"putProxy getTerminationTime destroy getVersion getServiceMetadata renewProxyReq".split(),
)
FIELDS: Sequence[tuple[str, str, str]] = (
    ("GET", "Range", "bytes=0-4|bytes=-3|bytes=0-0,2-3|bytes=5-"),
    ("GET", "If-Match", '"tag"|*'),
    ("GET", "If-None-Match", '"tag", W/"x"|*'),
    ("GET", "If-Range", '"tag"|Sun, 06 Nov 1994 08:49:37 GMT'),
    ("GET", "Want-Digest", "adler32;q=0.5, md5|sha-256;q=1e3|*"),
    ("HEAD", "Want-Repr-Digest", "sha-256=5, sha-512=0|sha-256=99"),
    ("PUT", "Digest", "adler32=0a0b0c0d|md5=AAAA, sha=|sha-256=x"),
    ("PUT", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==|x"),
    ("PUT", "Repr-Digest", "sha-256=:AAAA:"),
    ("PUT", "Content-Range", "bytes 0-1/2"),
    ("PROPFIND", "Depth", "0|1|infinity"),
    ("GET", "Authorization", "Bearer e30.e30.|Basic YTpi|Bearer MDAx|"),
    ("GET", "Host", "localhost|[::1]:1"),
    ("GET", "Accept", "application/metalink4+xml;q=0.5, */*"),
    ("GET", "Connection", "close|keep-alive"),
    ("MOVE", "Destination", "/fuzz/up/m|/fuzz|https://localhost/fuzz/m"),
    ("COPY", "Source", "http://127.0.0.1:1/|https://[::1]:1/|https://x.invalid/|ftp://127.0.0.1/"),
    ("COPY", "Destination", "http://127.0.0.1:1/|https://localhost:1/"),
)
EXTRAS = (
    *b"Overwrite Credential RequireChecksumVerification X-Number-Of-Streams SciTag Depth".split(),
    *b"TransferHeaderAuthorization TransferHeaderHost TransferHeader".split(),
)
CLAIMS = (
    b'{"alg":"ES256","typ":"JWT","kid":"own"}',
    b'{"iss":"https://localhost","exp":1,"aud":["a"]}',
)
MACAROONS = (
    b"0010location a\n0012identifier e30\n000bcid a:b\n002fsignature " + b"s" * 32 + b"\n",
    b"\x02\x01\x01a\x02\x04e30=\x00\x02\x03a:b\x00\x00\x06\x20" + b"s" * 32,
)
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDigest: adler32=0a0b0c0d\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nRepr-Digest: sha-256=:AA=:\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nContent-Encoding: identity\r\n\r\nhello",
    b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
)
"""What the far side of a transfer answers before it is hurt."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request as bytes. `framed`: its end can be told, so the connection may live on."""

    topic: str
    data: bytes
    framed: bool

    @property
    def is_head(self) -> bool:
        return self.data.startswith(b"HEAD ")


def mangled(rng: random.Random, data: bytes) -> bytes:
    """The bytes with one to three wounds."""
    for _ in range(rng.randint(1, 3)):
        at, size = rng.randint(0, len(data)), rng.choice((1, 1, 2, 8, 40))
        wound = rng.choice((rng.choice(NASTY), rng.randbytes(size), b"", data[at : at + size] * 2))
        data = data[:at] + wound + data[at + rng.choice((0, size)) :]
    return data


class Grammar:
    """Cases from one source of chance; `far` is the port of a hostile far side."""

    def __init__(self, rng: random.Random, token: str, far: int) -> None:
        self._rng = rng
        self._token = b"Authorization: Bearer " + token.encode() + b"\r\n"
        self._far = far

    def case(self) -> Case:
        """The next case."""
        topics = (self.raw, self.target, self.field, self.xml, self.json, self.chunks, self.bearer)
        weights = (2, 3, 6, 3, 2, 2, 1)
        [topic] = self._rng.choices((*topics, self.far_side), (*weights, 1))
        return topic()

    def soap(self) -> Case:
        """A call of the delegation service; needs a client certificate."""
        name = self._rng.choice(CALLS)
        body = self._hurt(CALL % (name, name))
        return self._whole("soap", b"POST /gridsite-delegation", b"Content-Type: text/xml", body)

    def raw(self) -> Case:
        """Bytes that may be anything."""
        rng = self._rng
        if rng.random() < 0.2:
            return Case("raw", rng.randbytes(rng.randint(1, 600)), framed=False)
        method, target = self._line()
        fields = b"Host: localhost\r\n" + rng.choice((b"", self._token)) + b"Content-Length: 4\r\n"
        data = mangled(rng, b"%b %b HTTP/1.1\r\n%b\r\nbody" % (method, target, fields))
        return Case("raw", data, framed=False)

    def target(self) -> Case:
        method, target = self._line()
        return self._whole("target", method + b" " + self._hurt(target))

    def field(self) -> Case:
        """One header field hurt; of a far side's URL only what comes after its host."""
        method, name, values = (text.encode() for text in self._rng.choice(FIELDS))
        value = self._rng.choice(values.split(b"|"))
        path = b"/fuzz/up/c" if method == b"MOVE" else self._rng.choice((b"/fuzz/seen", b"/fuzz"))
        if method == b"COPY":
            value += self._hurt(b"/fuzz/seen?a=b").lstrip(b"/")
            extra = b"\r\n" + self._rng.choice(EXTRAS) + b": " + self._hurt(b"T")
        else:
            value, extra = self._hurt(value), b""
        return self._whole("field", method + b" " + path, name + b": " + value + extra)

    def xml(self) -> Case:
        body = self._hurt(self._rng.choice(DOCUMENTS))
        line = self._rng.choice(
            (b"PROPFIND /fuzz", b"PROPPATCH /fuzz/seen", b"PROPFIND /fuzz/seen")
        )
        return self._whole("xml", line, b"Depth: 1", body)

    def json(self) -> Case:
        body = self._hurt(self._rng.choice(WISHES))
        kind = b"Content-Type: application/macaroon-request"
        return self._whole("json", b"POST " + self._rng.choice((b"/", b"/fuzz")), kind, body)

    def bearer(self) -> Case:
        """A token whose wrapping is right and whose content is not."""
        macaroon = _text(self._hurt(self._rng.choice(MACAROONS)))
        jwt = b".".join((*(_text(self._hurt(part)) for part in CLAIMS), b"AAAA"))
        token = self._rng.choice((macaroon, jwt))
        return self._whole("bearer", b"GET /fuzz/seen", b"Authorization: Bearer " + token)

    def chunks(self) -> Case:
        """A chunked upload with broken framing."""
        body = mangled(self._rng, b"5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n")
        expect = self._rng.choice((b"", b"", b"Expect: 100-continue\r\n"))
        head = b"PUT /fuzz/up/d HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        return Case("chunks", head + expect + self._token + b"\r\n" + body, framed=False)

    def far_side(self) -> Case:
        """A pull from, or a push to, a far side whose answers are hurt."""
        name = self._rng.choice((b"Source", b"Source", b"Destination"))
        value = b"http://127.0.0.1:%d/%d" % (self._far, self._rng.randrange(1 << 30))
        path = b"/fuzz/up/e" if name == b"Source" else b"/fuzz/seen"
        extra = b"\r\nRequireChecksumVerification: " + self._rng.choice((b"true", b"false"))
        return self._whole("far", b"COPY " + path, name + b": " + value + extra)

    def _line(self) -> tuple[bytes, bytes]:
        """A method and a target; what others speak of is not taken away on purpose."""
        method = self._rng.choice(METHODS)
        taken = method in (b"DELETE", b"MOVE")
        return method, b"/fuzz/up/a" if taken else self._rng.choice(TARGETS)

    def _hurt(self, data: bytes) -> bytes:
        return mangled(self._rng, data) if self._rng.random() < 0.95 else data

    def _whole(self, topic: str, line: bytes, fields: bytes = b"", body: bytes = b"") -> Case:
        """A request whose framing is right, unless a line end was put into its head."""
        host = b"" if fields.lower().startswith(b"host:") else b"Host: localhost\r\n"
        token = b"" if fields.startswith(b"Authorization:") else self._token
        length = b"Content-Length: %d\r\n" % len(body) if body or line.startswith(b"P") else b""
        fields = fields + b"\r\n" if fields else b""
        framed = b"\n" not in line and fields.replace(b"\r\n", b"").count(b"\n") == 0
        data = line + b" HTTP/1.1\r\n" + host + token + length + fields + b"\r\n" + body
        return Case(
            topic, data, framed=framed and data.count(b"\r\n\r\n") == 1 + body.count(b"\r\n\r\n")
        )


def _text(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def hostile_answer(seed: int) -> bytes:
    """What the far side says to the request number `seed`."""
    rng = random.Random(seed)  # noqa: S311  (a seed is the point)
    answer = rng.choice(ANSWERS)
    return answer if b"Location" in answer else mangled(rng, answer)
