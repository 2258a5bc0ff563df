"""Location: where a redirect leads, and what is remarkable about it (RFC 9110 §10.2.2, §15.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from harness.wire.problem import SyntaxProblem
from harness.wire.urls import Url, UrlFault, check_characters, parse_url, query_keys

CODES = frozenset({301, 302, 303, 307, 308})
"""The redirects with a Location that a client follows; 300, 304 and 305 are none."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")  # RFC 3986 §4.2: a relative one has no scheme
TOKEN_KEYS = frozenset({"authz", "access_token"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect from `base`, the URL of the request, to the absolute URL `target`."""

    base: Url
    target: Url
    relative: bool

    @property
    def same_origin(self) -> bool:
        """Whether scheme, host and port stay the same."""
        return self.target.origin == self.base.origin

    @property
    def other_host(self) -> bool:
        return self.target.host != self.base.host

    @property
    def downgrade(self) -> bool:
        """Whether it leaves https."""
        return self.base.scheme == "https" and self.target.scheme != "https"

    @property
    def same_path(self) -> bool:
        return self.target.normal_path == self.base.normal_path

    @property
    def token_in_query(self) -> bool:
        """Whether the target carries a token in its query."""
        return bool(TOKEN_KEYS.intersection(query_keys(self.target.query)))

    @property
    def loop(self) -> bool:
        """Whether it leads to the very URL that was asked for."""
        return self.target.same_resource(self.base)


def resolve_location(base: str, location: str) -> Redirect:
    """Resolve a Location against the URL of the request.

    Raises `SyntaxProblem` if the value is no URI reference or leads to no absolute URL. Raw blanks
    around it are part of the field's syntax and are ignored.
    """
    reference = location.strip(" \t")
    check_characters(reference)
    if not reference:
        raise SyntaxProblem(UrlFault.NOT_ABSOLUTE, 0, "")
    try:
        target = urljoin(base, reference)
    except ValueError:  # brackets that are no IPv6 address
        raise SyntaxProblem(UrlFault.NOT_ABSOLUTE, 0, reference) from None
    return Redirect(
        base=parse_url(base),
        target=parse_url(target),
        relative=not _ABSOLUTE.match(reference),
    )
