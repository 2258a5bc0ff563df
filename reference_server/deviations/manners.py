"""Manners: what some products do otherwise than this server and the documents let pass.

No server rule is broken by them, so nothing judges them; clients have to live with each.
"""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.markers import Progress
from reference_server.deviations.registry import manner
from reference_server.digests import ADLER32, wire_value


@manner("accepts-with-201")
class AcceptsWith201(Behaviour):
    """The progress stream comes with 201, as in the time before 202."""

    def accepted_status(self) -> int:
        return 201


@manner("success-alone")
class SuccessAlone(Behaviour):
    """The success line is the word only."""

    def success_line(self) -> str:
        return "success\n"


@manner("success-of-dpm")
class SuccessOfDpm(Behaviour):
    """The success line of DPM before 1.13.0."""

    def success_line(self) -> str:
        return "Success\n"


@manner("failure-called-failed")
class FailureCalledFailed(Behaviour):
    """A failed transfer ends with "failed:"."""

    def failure_line(self, problem: str) -> str:
        return f"failed: {problem}\n"


@manner("failure-called-aborted")
class FailureCalledAborted(Behaviour):
    """A failed transfer ends with "aborted:"."""

    def failure_line(self, problem: str) -> str:
        return f"aborted: {problem}\n"


@manner("failure-of-dpm")
class FailureOfDpm(Behaviour):
    """The failure line of DPM before 1.13.0."""

    def failure_line(self, problem: str) -> str:
        return f"Failed: {problem}\n"


@manner("markers-with-tabs")
class MarkersWithTabs(Behaviour):
    """The lines between the first and the last of a marker begin with a tab."""

    def marker_line(self, key: str, value: str) -> str:
        return f"\t{key}: {value}"


@manner("markers-of-dcache")
class MarkersOfDcache(Behaviour):
    """Markers in the form of dCache: four blanks, keys of its own, no stripe index and count."""

    def marker_fields(self, progress: Progress) -> list[tuple[str, str]]:
        fields = [
            ("Timestamp", str(progress.now)),
            ("State", "1"),
            ("State description", "querying job metadata"),
            ("Stripe Transfer Time", "1"),
            ("Stripe Bytes Transferred", str(progress.moved)),
            ("X-New", "1"),
        ]
        return [(f"    {key}", value) for key, value in fields]


@manner("markers-in-pieces")
class MarkersInPieces(Behaviour):
    """A marker is spread over several chunks, so over several reads."""

    def marker_chunks(self, text: str) -> list[bytes]:
        whole = text.encode()
        return [whole[at : at + 7] for at in range(0, len(whole), 7)]


@manner("connections-mapped")
class ConnectionsMapped(Behaviour):
    """IPv4 addresses of RemoteConnections are written as IPv6 (RFC 4291 section 2.5.5.2)."""

    def connection_entry(self, host: str, port: int) -> str:
        return f"tcp:[{host if ':' in host else f'::ffff:{host}'}]:{port}"


@manner("connections-mixed")
class ConnectionsMixed(Behaviour):
    """RemoteConnections lists another transport first, then the real ones in reverse."""

    def reported_connections(self, progress: Progress) -> str:
        return ",".join(["udt:192.0.2.1:4443", *reversed(progress.connections)])


@manner("redirects-with-301")
class RedirectsWith301(Behaviour):
    """A head node redirects with 301."""

    def redirect_status(self, method: str) -> int:
        return 301


@manner("redirects-with-302")
class RedirectsWith302(Behaviour):
    """A head node redirects with 302."""

    def redirect_status(self, method: str) -> int:
        return 302


@manner("redirects-with-303")
class RedirectsWith303(Behaviour):
    """A head node redirects with 303."""

    def redirect_status(self, method: str) -> int:
        return 303


@manner("redirects-with-308")
class RedirectsWith308(Behaviour):
    """A head node redirects with 308."""

    def redirect_status(self, method: str) -> int:
        return 308


@manner("redirects-by-absolute-path")
class RedirectsByAbsolutePath(Behaviour):
    """Location of a redirect is relative (RFC 9110 section 10.2.2): path and query."""

    def redirect_location(self, location: str, *, method: str, asked: str) -> str:
        return location[location.index("/", len("https://")) :]


@manner("redirects-by-relative-path")
class RedirectsByRelativePath(Behaviour):
    """Location of a redirect is relative to the directory of the file."""

    def redirect_location(self, location: str, *, method: str, asked: str) -> str:
        path, _, query = location.partition("?")
        return f"{path.rpartition('/')[2]}?{query}"


@manner("redirects-to-another-host")
class RedirectsToAnotherHost(Behaviour):
    """A head node knows its data node by its address, and itself by a name."""

    def redirect_location(self, location: str, *, method: str, asked: str) -> str:
        return location.replace("https://localhost:", "https://127.0.0.1:", 1)


@manner("several-delegation-services")
class SeveralDelegationServices(Behaviour):
    """X-Delegate-To lists three services: the first two are out of order."""

    def delegate_to(self, urls: list[str]) -> str:
        closed = "https://localhost:1/delegation"
        return " ".join([closed, *(f"{url}-gone" for url in urls), *urls])


@manner("data-on-tape")
class DataOnTape(Behaviour):
    """The data of a download come after half a minute."""

    def seconds_before_data(self) -> float:
        return 30.0


@manner("data-after-a-moment")
class DataAfterAMoment(Behaviour):
    """The data of a download come after two seconds: time for markers."""

    def seconds_before_data(self) -> float:
        return 2.0


@manner("adler32-spelt-otherwise")
class Adler32SpeltOtherwise(Behaviour):
    """An adler32 is sent in capitals and without leading zeros: the same number."""

    def digest_value(self, algorithm: str, hex_digest: str) -> str:
        if algorithm != ADLER32:
            return wire_value(algorithm, hex_digest)
        return f"{int(hex_digest, 16):X}"


OPAQUE = "opaque-1f0c2b7e94d3a586"
"""A token that is no macaroon: a client has no business with what is in it."""


@manner("token-is-no-macaroon")
class TokenIsNoMacaroon(Behaviour):
    """A macaroon request is answered with a token of another kind, which opens nothing here."""

    def macaroon_answer(self, token: str, base: str, path: str) -> dict[str, object]:
        return {"macaroon": OPAQUE, "uri": self.macaroon_uris(OPAQUE, f"{base}/", f"{base}{path}")}
