"""Seams of macaroons: issuing, and what a caveat means."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from reference_server.auth import caveats as reading
from reference_server.auth.identity import Activity, Identity, Rights, Scheme
from reference_server.auth.macaroon import url_text
from reference_server.auth.problems import BadToken
from reference_server.refusal import Refusal

MEDIA_TYPE = "application/macaroon-request"
DEFAULT_VALIDITY = 24 * 3600.0
MAX_VALIDITY = 7 * 24 * 3600.0


class MacaroonSeams:
    """Decisions about macaroons (dCache WebDAV chapter, "Requesting macaroons")."""

    def media_type_as_read(self, content_type: str) -> str:
        """The media type without case and parameters (RFC 9110 section 8.3.1)."""
        return content_type.partition(";")[0].strip().lower()

    def is_macaroon_request(self, media_type: str) -> bool:
        return media_type == MEDIA_TYPE

    def issues_macaroons(self, *, secure: bool) -> bool:
        """A bearer token needs encryption on its way."""
        return secure

    def anonymous_requester(self) -> Identity | None:
        """Who an unauthenticated macaroon request is issued to: nobody."""
        return None

    def may_request_macaroon(self, scheme: Scheme) -> bool:
        """Whether an identity proved so can have a macaroon; a ticket is for one request only."""
        return scheme is not Scheme.TICKET

    def rights_of_requester(self, rights: Rights) -> Rights:
        """The rights that a new macaroon starts from: those of the request itself."""
        return rights

    def requested_caveats(self, caveats: list[str]) -> list[str]:
        """Caveats of the request that go into the macaroon."""
        return caveats

    def check_requested_caveat(self, caveat: str) -> bool:
        """Whether a caveat is taken; raises Refusal for a bad one."""
        try:
            reading.check(caveat)
        except reading.BadCaveat as problem:
            raise Refusal(400, str(problem)) from None
        return True

    def limits_to_request_path(self) -> bool:
        """Whether the path of the request becomes a path caveat."""
        return True

    def requested_validity(self, text: str) -> float:
        """Seconds that `validity` asks for; raises Refusal."""
        try:
            return reading.duration(text)
        except reading.BadCaveat as problem:
            raise Refusal(400, str(problem)) from None

    def issued_expiry(self, now: float, validity: float | None, instants: list[float]) -> float:
        """When the macaroon ends: the earliest of all, within our maximum; raises Refusal."""
        wish = now + (DEFAULT_VALIDITY if validity is None else validity)
        end = min(wish, now + MAX_VALIDITY, *instants)
        if end <= now:
            raise Refusal(400, "requested expiry is in the past")
        return end

    def issue_id(self) -> str:
        return base64.b64encode(secrets.token_bytes(6)).decode("ascii")

    def own_caveats(self, caveats: list[str]) -> list[str]:
        """What every macaroon is given, asked for or not (dCache WebDAV chapter, caveats)."""
        return caveats

    def macaroon_text(self, binary: bytes) -> str:
        return url_text(binary)

    def macaroon_answer(self, token: str, base: str, path: str) -> dict[str, object]:
        """The JSON answer: `base` without path, `path` percent-encoded."""
        uris = self.macaroon_uris(token, f"{base}/", f"{base}{path}")
        return {"macaroon": token, "uri": uris}

    def macaroon_uris(self, token: str, base: str, target: str) -> dict[str, str]:
        return {
            "targetWithMacaroon": f"{target}?authz={token}",
            "baseWithMacaroon": f"{base}?authz={token}",
            "target": target,
            "base": base,
        }

    def signature_holds(self, given: bytes, expected: bytes) -> bool:
        return hmac.compare_digest(given, expected)

    def foreign_macaroon(self) -> Identity:
        """A macaroon that was not issued here."""
        raise BadToken("macaroon was not issued here")

    def third_party_is_satisfied(self) -> bool:
        """Whether a third party's caveat holds without its discharge, which no request brings."""
        return False

    def rights_behind_macaroon(self, rights: Rights) -> Rights:
        """The rights of the user that asked for the macaroon."""
        return rights

    def owner_behind_macaroon(self, name: str) -> str:
        """Who owns what is created with the macaroon."""
        return name

    def evaluated_caveats(self, caveats: tuple[str, ...], issued: int) -> tuple[str, ...]:
        """Caveats to honour, the first `issued` of them our own: all."""
        return caveats

    def read_caveat(self, caveat: str) -> tuple[str, str]:
        """Key and value; raises BadCaveat for what is not in the table."""
        key, value = reading.split(caveat)
        if key not in reading.KEYS:
            raise reading.BadCaveat("unknown caveat")
        return key, value

    def repeatable_caveat(self, key: str) -> bool:
        """Whether a holder may add another iid or id."""
        return False

    def still_valid(self, instants: Sequence[float], now: float) -> bool:
        """Whether every `before` holds."""
        return all(now < instant for instant in instants)

    def address_allowed(
        self,
        address: IPv4Address | IPv6Address,
        lists: Sequence[Sequence[IPv4Network | IPv6Network]],
    ) -> bool:
        """Whether the client's address lies in every `ip` caveat."""
        return all(any(address in network for network in networks) for networks in lists)

    def activities_of_caveat(self, value: str) -> frozenset[Activity]:
        return reading.activities(value)

    def joined_activities(
        self, sets: Sequence[frozenset[Activity]]
    ) -> Sequence[frozenset[Activity]]:
        """Sets that must all contain an activity."""
        return sets

    def resolved_paths(
        self, root: str, caveats: Sequence[tuple[str, str]]
    ) -> tuple[str, list[str]]:
        """The prefix of requested paths, and absolute paths that all limit.

        Each path is taken below the paths and the root before it, so that nothing a holder
        adds leads out of an earlier limit (AMB-G03).
        """
        below = ""
        limits = [root] if root else []
        for key, value in caveats:
            if key == "root":
                root += reading.absolute_path(value)
                limits.append(root)
            elif key == "path":
                below += reading.absolute_path(value)
                limits.append(root + below)
        return root, limits
