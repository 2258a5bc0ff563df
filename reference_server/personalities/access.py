"""Who is let in, and how the others are told."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.personalities.registry import difference
from reference_server.refusal import Headers, Refusal


@difference("denied-with-401", of=("dcache",), source="AUTH-018")
class DeniedWith401(Behaviour):
    """Also a known user without the right gets 401."""

    def denied_status(self) -> int:
        return 401


@difference("denied-with-404", of=("dpm",), source="AUTH-018: 404 to hide existence")
class DeniedWith404(Behaviour):
    """What a known user has no right to does not exist for him."""

    def denied_status(self) -> int:
        return 404


@difference("basic-with-empty-realm", of=("dcache",), source="AUTH-016")
class BasicWithEmptyRealm(Behaviour):
    """A 401 offers Basic with an empty realm first."""

    def challenges(self, challenges: Headers) -> Headers:
        return (("WWW-Authenticate", 'Basic realm=""'), *challenges)


@difference("no-basic", of=("xrootd5",), source="AUTH-001")
class NoBasic(Behaviour):
    """Basic is not offered."""

    def offers_basic(self) -> bool:
        return False


@difference("bad-tokens-forbidden", of=("xrootd5",), source="MAC-016")
class BadTokensForbidden(Behaviour):
    """A token that proves nothing gets 403."""

    def bad_credential_status(self) -> int:
        return 403


@difference("no-macaroons", of=("storm",), source="MAC-007: tokens of another kind")
class NoMacaroons(Behaviour):
    """A macaroon request is a POST like any other, and refused."""

    def is_macaroon_request(self, media_type: str) -> bool:
        return False


@difference("macaroon-without-uris", of=("xrootd5", "dpm"), source="MAC-008")
class MacaroonWithoutUris(Behaviour):
    """The answer to a macaroon request holds the macaroon and nothing else."""

    def macaroon_answer(self, token: str, base: str, path: str) -> dict[str, object]:
        return {"macaroon": token}


@difference("macaroon-needs-validity", of=("xrootd5",), source="MAC-006")
class MacaroonNeedsValidity(Behaviour):
    """A macaroon request without validity is refused."""

    def issued_expiry(self, now: float, validity: float | None, instants: list[float]) -> float:
        if validity is None:
            raise Refusal(400, "the request does not include a validity")
        return Behaviour().issued_expiry(now, validity, instants)


@difference("overwriting-needs-manage", of=("xrootd5",), source="MAC-034")
class OverwritingNeedsManage(Behaviour):
    """Replacing an object needs MANAGE besides UPLOAD and DELETE."""

    def needed_for_put(self, *, exists: bool) -> tuple[Activity, ...]:
        usual = Behaviour().needed_for_put(exists=exists)
        return (*usual, Activity.MANAGE) if exists else usual
