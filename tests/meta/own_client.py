"""A small client for third-party copies, right or wrong in one named way: it proves client checks.

    own_client.py FLAW OPERATION SOURCE DESTINATION FILE CERT KEY PROXY

A flaw `right` is none. Flaws are looked up where the client decides; `FLAWS` of
``test_bad_clients.py`` says which requirement each breaks.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import re
import signal
import ssl
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

FLAW, OPERATION, SOURCE, DESTINATION, FILE, CERT, KEY, PROXY = sys.argv[1:]
MARKER = re.compile(r"[ \t]*([A-Za-z-]+(?: [A-Za-z-]+)*): (.*)")
KEYS = ("Timestamp", "Stripe Index", "Stripe Bytes Transferred", "Total Stripe Count")
KNOWN = (*KEYS, "RemoteConnections")
CODES = (301, 302, 303, 307, 308)
MOST_HOPS = 5
NAMES = b'<propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>'
ALL = b'<propfind xmlns="DAV:"><allprop/></propfind>'
TWENTY_MINUTES = dt.timedelta(minutes=20)
Headers = dict[str, str]


def flawed(name: str) -> bool:
    return name == FLAW


@dataclass
class Reply:
    """An answer whose body has not been read yet."""

    url: str
    response: http.client.HTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    def header(self, name: str) -> str:
        return self.response.headers.get(name, "")


def ask(method: str, url: str, headers: Headers, body: bytes | None = None) -> Reply:
    """One request on a connection of its own, with the user's certificate if there is no token."""
    parts = urlsplit(url)
    context = ssl.create_default_context(capath=os.environ["X509_CERT_DIR"])
    if "Authorization" not in headers:
        context.load_cert_chain(*((PROXY, None) if OPERATION == "delegate" else (CERT, KEY)))
    host, port = parts.hostname or "", parts.port
    connection = http.client.HTTPConnection(host, port, timeout=50)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=50, context=context)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, body, headers)
    return Reply(url, connection.getresponse())


def following(method: str, url: str, headers: Headers) -> Reply:
    """The same request wherever redirects lead; the token stays where it belongs."""
    for _ in range(MOST_HOPS if not flawed("follows-for-ever") else 1000):
        reply = ask(method, url, headers)
        if reply.status not in CODES or flawed("stops-at-redirects"):
            return reply
        if method == "COPY" and flawed("knows-302-only") and reply.status != 302:
            return reply
        if method == "GET" and flawed("keeps-the-redirect"):
            return reply
        if not reply.header("Location"):
            return reply
        url = resolved(url, reply.header("Location"))
        if url.startswith("http:") and not flawed("goes-on-in-the-clear"):
            return reply
        if not flawed("shows-its-token-everywhere"):
            headers = {n: v for n, v in headers.items() if n != "Authorization"}
        if flawed("forgets-transfer-headers"):
            headers = {n: v for n, v in headers.items() if not n.startswith("TransferHeader")}
        if flawed("gets-after-redirects"):
            method = "GET"
    return reply


def resolved(url: str, location: str) -> str:
    """A Location, seen from the URL that was asked for (RFC 3986 section 5)."""
    if flawed("knows-absolute-urls-only") and "://" not in location:
        sys.exit(f"not a URL: {location}")
    if flawed("appends-relative-paths") and not location.startswith(("/", "https://", "http://")):
        return url + location
    return urljoin(url, location)


def macaroon(url: str, *activities: str) -> str:
    """A token for one file and these activities."""
    wish = {"caveats": [f"activity:{','.join(activities)}"], "validity": "PT10M"}
    media_type = {"Content-Type": "application/macaroon-request"}
    reply = ask("POST", url, media_type, json.dumps(wish).encode())
    token = str(json.loads(reply.response.read())["macaroon"])
    if flawed("reads-tokens") and not token.startswith(("MD", "Ag")):
        sys.exit("this is no macaroon")
    return token


def tokens() -> tuple[str, str]:
    """One for the source and one for the destination."""
    if flawed("one-token"):
        shared = macaroon(SOURCE, "DOWNLOAD")
        return shared, shared
    more = ("UPLOAD",) if flawed("wants-to-write-at-the-source") else ()
    source = macaroon(SOURCE, "DOWNLOAD", "LIST", *more)
    return source, macaroon(DESTINATION, "UPLOAD", "LIST", "DELETE")


def copy_headers(here: str, there: str) -> Headers:
    """The fields of a COPY, with the tokens of both sides."""
    pull = OPERATION != "push"
    found = {"Source": SOURCE} if pull else {"Destination": DESTINATION}
    found["Authorization"] = f"Bearer {here}"
    found["TransferHeaderAuthorization"] = f"Bearer {there}"
    if not flawed("no-credential"):
        found["Credential"] = "none"
    if not flawed("no-verification"):
        found["RequireChecksumVerification"] = "false"
    if flawed("both-sides"):
        found |= {"Source": SOURCE, "Destination": DESTINATION}
    return found


def lines(reply: Reply) -> Iterator[str]:
    """The lines of the stream; raises IncompleteRead where it was cut off."""
    rest = b""
    while data := reply.response.read1(65536):
        if flawed("reads-by-chunks") and not data.endswith(b"\n"):
            sys.exit("a marker is incomplete")
        *whole, rest = (rest + data).split(b"\n")
        yield from (line.decode() for line in whole)
    if rest:
        yield rest.decode()


def look_at(line: str) -> None:
    """A line of a marker: whatever is not known is passed over."""
    found = MARKER.fullmatch(line)
    if flawed("strict-markers") and (found is None or line[0] in " \t" or found[1] not in KNOWN):
        sys.exit(f"not a marker: {line!r}")
    if found and found[1] == "RemoteConnections":
        if flawed("no-mapped-addresses") and "::ffff:" in found[2]:
            sys.exit(f"not an address: {found[2]}")
        if flawed("tcp-only") and not all(e.startswith("tcp:") for e in found[2].split(",")):
            sys.exit(f"not TCP: {found[2]}")


def is_verdict(line: str) -> bool:
    known: tuple[str, ...] = ("success", "failure", "failed", "aborted")
    if flawed("knows-failure-only"):
        known = ("success", "failure")
    word = line.partition(":")[0].strip()
    return (word if flawed("knows-small-letters-only") else word.lower()) in known


def is_success(line: str) -> bool:
    if flawed("knows-success-created-only"):
        return line.strip() == "success: Created"
    return line.lower().startswith("success")


def verdict(reply: Reply) -> bool:
    """What the stream comes to: its last line decides, and its end has to be there."""
    if flawed("believes-the-status"):
        return reply.status in (201, 202)
    found: list[str] = []
    inside = False
    try:
        for line in lines(reply):
            if is_verdict(line):
                found.append(line)
            elif line == "Perf Marker":
                inside = True
            elif line == "End":
                inside = False
            elif inside:
                look_at(line)
    except (http.client.IncompleteRead, OSError):
        return flawed("end-is-success")
    if not found:
        return flawed("end-is-success") or flawed("knows-failure-only")
    return is_success(found[0] if flawed("first-verdict-counts") else found[-1])


def look_around(active: str, token: str) -> None:
    """Ask for one property of the directory, as clients do before they begin."""
    body = ALL if flawed("asks-for-everything") else NAMES
    headers = {"Depth": "0", "Authorization": f"Bearer {token}"}
    ask("PROPFIND", urljoin(active, "/"), headers, body).response.read()


def copied() -> bool:
    at_source, at_destination = tokens()
    pull = OPERATION != "push"
    active = DESTINATION if pull else SOURCE
    here, there = (at_destination, at_source) if pull else (at_source, at_destination)
    look_around(active, here)
    reply = following("COPY", active, copy_headers(here, there))
    if reply.status in CODES and flawed("takes-redirects-for-success"):
        return True
    return reply.status in (201, 202) and verdict(reply)


def digest(url: str) -> str:
    headers = {"Want-Digest": "adler32"}
    return ask("HEAD", url, headers).header("Digest").partition("=")[2]


def verified() -> bool:
    done = copied()
    ends = digest(SOURCE), digest(DESTINATION)
    known = zlib.adler32(b"")  # of nothing: a server that says this of a file is not believed
    if flawed("digests-as-text"):
        return done and all(re.fullmatch(r"[0-9a-f]{8}", end) for end in ends)
    return done and int(ends[0], 16) == int(ends[1], 16) != known


def downloaded() -> bool:
    reply = following("GET", SOURCE, {})
    Path(FILE).write_bytes(reply.response.read())
    return reply.status == 200 or flawed("keeps-the-redirect")


def delegated() -> bool:
    """A pull for which the destination gets a proxy of ours, at the first service that works."""
    from cryptography import x509

    mine = x509.load_pem_x509_certificate(Path(PROXY).read_bytes())
    left = mine.not_valid_after_utc - dt.datetime.now(dt.UTC)
    if left < TWENTY_MINUTES and not flawed("delegates-in-silence"):
        sys.stderr.write("warning: the credential expires in less than twenty minutes\n")
    headers = {"Source": SOURCE, "Credential": "gridsite", "RequireChecksumVerification": "false"}
    reply = ask("COPY", DESTINATION, headers)
    services = reply.header("X-Delegate-To").split()
    if flawed("tries-one-service"):
        services = services[:1]
    if services and not any(hand_over(url) for url in services):
        return False
    again = DESTINATION if flawed("repeats-the-first-url") else reply.header("Location")
    if flawed("posts-after-delegation"):
        ask("POST", again, headers).response.read()
        again = DESTINATION
    reply = ask("COPY", again, headers) if services else reply
    return reply.status in (201, 202) and verdict(reply)


def hand_over(url: str) -> bool:
    """Delegate to one service; whether that worked."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    from fixtures.pki import Credential, Shape, Window, certify_proxy
    from fixtures.pki.material import cert_pem
    from harness.wire.gridsite import NAMESPACES, message, parse_answer
    from harness.wire.problem import SyntaxProblem

    def call(operation: str, **arguments: str) -> dict[str, str]:
        body = message(NAMESPACES[0], operation, arguments)
        kind = {"Content-Type": "text/xml", "SOAPAction": '""'}
        return parse_answer(ask("POST", url, kind, body).response.read()).values

    try:
        request = call("getProxyReq", delegationID="own")["getProxyReqReturn"]
    except (OSError, KeyError, SyntaxProblem):
        return False
    holder = x509.load_pem_x509_csr(request.encode()).public_key()
    assert isinstance(holder, rsa.RSAPublicKey)
    me = Credential.load(Path(CERT), Path(KEY))
    made = certify_proxy(me, Shape(Window.around_now(dt.timedelta(hours=2))), holder)
    call("putProxy", delegationID="own", proxy=cert_pem(made, me.certificate).decode())
    return True


ACTIONS = {
    "pull": copied,
    "push": copied,
    "verify": verified,
    "download": downloaded,
    "delegate": delegated,
}

if __name__ == "__main__":
    if flawed("cannot-be-interrupted"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(0 if ACTIONS[OPERATION]() else "the transfer failed")
