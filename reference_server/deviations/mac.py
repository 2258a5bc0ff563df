"""Deviations of the issuing of macaroons."""

from __future__ import annotations

import base64

from reference_server.auth.identity import (
    FULL_RIGHTS,
    Identity,
    Rights,
    Scheme,
)
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal

NOTHING_TO_JUDGE = "no macaroon can be had to judge the rest by"
NOT_OF_A_TOKEN = (2, 3, 4, 5, 6, 15, 19, 23, 24, 25, 37, 42, 45, 48)
ALL_TOKENS = tuple(f"MAC-{n:03}" for n in range(1, 50) if n not in NOT_OF_A_TOKEN)


@deviation(
    "macaroon-named-token",
    breaks=("MAC-001",),
    also=along(NOTHING_TO_JUDGE, ALL_TOKENS, "TPC-044", "TPC-045", "TPC-050"),
)
class MacaroonNamedToken(Behaviour):
    """The JSON member with the macaroon is named token."""

    def macaroon_answer(self, token: str, base: str, path: str) -> dict[str, object]:
        return {"token": token}


@deviation(
    "macaroon-for-anonymous",
    breaks=("MAC-002",),
    also=along("an unauthenticated request is answered", "AUTH-016"),
)
class MacaroonForAnonymous(Behaviour):
    """An unauthenticated request gets a macaroon with all rights."""

    def anonymous_requester(self) -> Identity | None:
        return Identity("anonymous", Scheme.BEARER)


@deviation(
    "macaroon-for-x509-only",
    breaks=("MAC-003",),
    seen_in="catalogue mutant",
    also=along("a token cannot be exchanged for a macaroon", "MAC-004", "MAC-049"),
)
class MacaroonForX509Only(Behaviour):
    """Only clients with a certificate get macaroons."""

    def may_request_macaroon(self, scheme: Scheme) -> bool:
        return scheme is Scheme.X509


@deviation("media-type-compared-as-text", breaks=("MAC-052",), seen_in="DEV-D141 dCache, XRootD")
class MediaTypeComparedAsText(Behaviour):
    """A macaroon request is known by the text of its Content-Type alone."""

    def media_type_as_read(self, content_type: str) -> str:
        return content_type


@deviation("macaroon-for-any-post", breaks=("MAC-005",), seen_in="catalogue mutant")
class MacaroonForAnyPost(Behaviour):
    """The media type of a macaroon request does not matter."""

    def is_macaroon_request(self, media_type: str) -> bool:
        return True


@deviation(
    "macaroon-in-standard-base64",
    breaks=("MAC-007",),
    also=along("the token does not survive in a query", "MAC-010", "MAC-011", "MAC-013"),
)
class MacaroonInStandardBase64(Behaviour):
    """A macaroon is sent in the base64 of mail, with padding."""

    def macaroon_text(self, binary: bytes) -> str:
        return base64.b64encode(binary).decode("ascii")


@deviation(
    "target-with-macaroon-missing",
    breaks=("MAC-008",),
    also=along("the URI to use is not there", "MAC-010", "MAC-011"),
)
class TargetWithMacaroonMissing(Behaviour):
    """The answer has no targetWithMacaroon."""

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        return {"baseWithMacaroon": f"{base}?authz={token}", "target": target, "base": base}


@deviation("base-keeps-path", breaks=("MAC-009",), seen_in="catalogue mutant")
class BaseKeepsPath(Behaviour):
    """The base URI keeps the path of the request."""

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        with_token = f"{target}?authz={token}"
        return {
            "targetWithMacaroon": with_token,
            "baseWithMacaroon": with_token,
            "target": target,
            "base": target,
        }


@deviation(
    "uris-with-access-token",
    breaks=("MAC-010",),
    also=along("the item of the query is not understood", "MAC-011"),
)
class UrisWithAccessToken(Behaviour):
    """The URIs carry the macaroon as access_token."""

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        query = f"?access_token={token}"
        return {
            "targetWithMacaroon": target + query,
            "baseWithMacaroon": base + query,
            "target": target,
            "base": base,
        }


@deviation(
    "requested-caveats-dropped",
    breaks=("MAC-014",),
    also=along(
        "a macaroon is more powerful than asked for",
        "MAC-024",
        "MAC-025",
        "MAC-026",
        "MAC-027",
        "MAC-028",
        "MAC-029",
        "MAC-030",
        "MAC-032",
        "MAC-034",
        "MAC-038",
        "MAC-039",
        "MAC-040",
        "MAC-041",
        "MAC-046",
        "MAC-049",
        "TPC-043",
        "TPC-044",
        "TPC-045",
        "TPC-046",
        "MAC-037",
    ),
)
class RequestedCaveatsDropped(Behaviour):
    """Caveats of the request do not become part of the macaroon."""

    def requested_caveats(self, caveats: list[str]) -> list[str]:
        return []


@deviation(
    "first-caveat-only",
    breaks=("MAC-014",),
    also=along(
        "a second caveat is lost",
        "MAC-024",
        "MAC-026",
        "MAC-027",
        "MAC-029",
        "MAC-030",
        "MAC-038",
        "MAC-039",
        "MAC-040",
        "MAC-041",
    ),
)
class FirstCaveatOnly(Behaviour):
    """Only the first caveat of the request becomes part of the macaroon."""

    def requested_caveats(self, caveats: list[str]) -> list[str]:
        return caveats[:1]


@deviation("same-issue-id", breaks=("MAC-017",), seen_in="catalogue mutant")
class SameIssueId(Behaviour):
    """Every macaroon has the same iid."""

    def issue_id(self) -> str:
        return "AAAAAAAA"


@deviation("validity-ignored", breaks=("MAC-022", "MAC-023"), seen_in="DEV-D148")
class ValidityIgnored(Behaviour):
    """The requested validity is ignored."""

    def requested_validity(self, text: str) -> float:
        return 24 * 3600.0


@deviation("minutes-are-months", breaks=("MAC-022",), seen_in="catalogue mutant")
class MinutesAreMonths(Behaviour):
    """The minutes of a validity are read as months."""

    def requested_validity(self, text: str) -> float:
        seconds = Behaviour().requested_validity(text)
        return seconds * 43200 if "M" in text else seconds


@deviation("bad-validity-is-default", breaks=("MAC-023",), seen_in="catalogue mutant")
class BadValidityIsDefault(Behaviour):
    """A validity that cannot be read gives the default lifetime."""

    def requested_validity(self, text: str) -> float:
        try:
            return Behaviour().requested_validity(text)
        except Refusal:
            return 24 * 3600.0


@deviation("bad-caveat-dropped", breaks=("MAC-023",), seen_in="catalogue mutant")
class BadCaveatDropped(Behaviour):
    """A requested caveat that cannot be read is left out."""

    def check_requested_caveat(self, caveat: str) -> bool:
        try:
            return Behaviour().check_requested_caveat(caveat)
        except Refusal:
            return False


@deviation(
    "before-caveat-dropped",
    breaks=("MAC-024", "MAC-025"),
    also=along("a requested caveat is missing", "MAC-014"),
)
class BeforeCaveatDropped(Behaviour):
    """A before caveat of the request is dropped, only validity counts."""

    def requested_caveats(self, caveats: list[str]) -> list[str]:
        return [caveat for caveat in caveats if not caveat.startswith("before:")]


@deviation("request-path-ignored", breaks=("MAC-031",), seen_in="DEV-D145 XRootD")
class RequestPathIgnored(Behaviour):
    """The path of a macaroon request does not limit the macaroon."""

    def limits_to_request_path(self) -> bool:
        return False


@deviation(
    "macaroon-from-macaroon-unlimited",
    breaks=("MAC-004", "MAC-049"),
    seen_in="DEV-D147 XRootD before 5.9.6",
    also=along("a restricted token is exchanged for a full one", "MAC-019"),
)
class MacaroonFromMacaroonUnlimited(Behaviour):
    """A new macaroon has all rights, whatever the credential it was requested with."""

    def rights_of_requester(self, rights: Rights) -> Rights:
        return FULL_RIGHTS


@deviation("macaroon-on-plain-http", breaks=("MAC-050",), seen_in="catalogue mutant")
class MacaroonOnPlainHttp(Behaviour):
    """Macaroons are issued on unencrypted connections."""

    def issues_macaroons(self, *, secure: bool) -> bool:
        return True
