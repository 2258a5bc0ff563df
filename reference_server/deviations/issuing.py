"""Deviations of the answer to a macaroon request, and of what limits a macaroon."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal

SIGNATURE = 47
"""Bytes of the last packet of a macaroon of version 1: length, key, 32 bytes, line feed."""
OF_USE = (11, 12, 14, *range(16, 23), 26, 27, 30, *range(32, 37), *range(38, 42), *range(43, 50))
"""Entries of the family that look at what a macaroon is good for."""
PORT = re.compile(r":\d+(?=/)")


@deviation(
    "macaroon-without-signature",
    breaks=("MAC-007",),
    also=along(
        "no macaroon is of any use",
        *(
            f"MAC-{number:03}"
            for number in (11, 12, 14, *range(16, 23), 26, 27, 30, *range(32, 37))
        ),
        *(f"MAC-{number:03}" for number in (*range(38, 42), *range(43, 48), 49)),
    ),
)
class MacaroonWithoutSignature(Behaviour):
    """A macaroon is sent without its signature."""

    def macaroon_text(self, binary: bytes) -> str:
        return super().macaroon_text(binary[:-SIGNATURE])


@deviation(
    "uris-without-port",
    breaks=("MAC-009",),
    also=along("nobody listens at the URIs", "MAC-011"),
)
class UrisWithoutPort(Behaviour):
    """The URIs of a macaroon leave out the port."""

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        return super().macaroon_uris(token, PORT.sub("", base, 1), PORT.sub("", target, 1))


@deviation(
    "uris-with-mangled-token",
    breaks=("MAC-010",),
    also=along("what stands in the URI is no token any more", "MAC-011"),
)
class UrisWithMangledToken(Behaviour):
    """The first character of the token in a URI is percent-encoded twice."""

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        return super().macaroon_uris(f"%25{ord(token[0]):02X}{token[1:]}", base, target)


@deviation("empty-macaroon-request-crashes", breaks=("MAC-006",))
class EmptyMacaroonRequestCrashes(Behaviour):
    """A macaroon request that says nothing of its end is answered 500."""

    def issued_expiry(self, now: float, validity: float | None, instants: list[float]) -> float:
        if validity is None and not instants:
            raise Refusal(500, "internal error")
        return super().issued_expiry(now, validity, instants)


@deviation(
    "macaroon-without-end",
    breaks=("MAC-015",),
    also=along("no wish for an end is kept", "MAC-022", "MAC-049"),
)
class MacaroonWithoutEnd(Behaviour):
    """Macaroons are issued without a caveat before."""

    def own_caveats(self, caveats: list[str]) -> list[str]:
        return [caveat for caveat in caveats if not caveat.startswith("before:")]


@deviation("fractional-end-ignored", breaks=("MAC-020",))
class FractionalEndIgnored(Behaviour):
    """A before caveat with fractions of a second never ends."""

    def still_valid(self, instants: Sequence[float], now: float) -> bool:
        return all(now < instant for instant in instants if instant == int(instant))


@deviation("paths-united", breaks=("MAC-030",))
class PathsUnited(Behaviour):
    """Several path caveats permit what any of them names."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        prefix, limits = super().resolved_paths(root, caveats)
        return prefix, limits[:1]


@deviation("root-caveat-ignored", breaks=("MAC-041",))
class RootCaveatIgnored(Behaviour):
    """Root caveats are ignored."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        return super().resolved_paths(root, [item for item in caveats if item[0] != "root"])


@deviation(
    "home-limits",
    breaks=("MAC-042",),
    also=along("nothing of ours lies below the home", *(f"MAC-{number:03}" for number in OF_USE)),
)
class HomeLimits(Behaviour):
    """A home caveat limits like a path caveat."""

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        read = [("path" if key == "home" else key, value) for key, value in caveats]
        return super().resolved_paths(root, read)


@deviation(
    "denied-with-200",
    breaks=("AUTH-018",),
    also=along(
        "what is forbidden looks done", "AUTH-013", "AUTH-019", "AUTH-024", "AUTH-025", "AUTH-029"
    )
    | along(
        "a refusal looks like a success",
        "TPC-044",
        "TPC-045",
        "MAC-026",
        "MAC-030",
        "MAC-032",
        "MAC-034",
        "MAC-038",
        "MAC-043",
        "MAC-046",
        "MAC-049",
    ),
)
class DeniedWith200(Behaviour):
    """A missing right is answered 200, with a page that tells of the error."""

    def denied_status(self) -> int:
        return 200
