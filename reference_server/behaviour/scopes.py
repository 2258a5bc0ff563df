"""Seams of the scopes in a token (WLCG token profile, section on capabilities)."""

from __future__ import annotations

from collections.abc import Mapping

from reference_server.auth.identity import Activity


class ScopeSeams:
    """Decisions about what a scope says, before what it permits."""

    def known_scopes(
        self, table: Mapping[str, frozenset[Activity]]
    ) -> Mapping[str, frozenset[Activity]]:
        """The scopes that mean something here; any other gives nothing."""
        return table

    def scope_needs_path(self, name: str) -> bool:
        """Whether a scope without a path permits nothing; that "/" is meant has to be said."""
        return name.startswith("storage.")

    def scope_path_as_read(self, path: str) -> str:
        """The path of a scope, still percent-encoded; one with dot segments makes a bad token."""
        return path
