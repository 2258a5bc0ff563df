"""Deviations of token scopes and audiences (WLCG token profile)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote

from reference_server.auth.identity import LOOKING, Activity
from reference_server.behaviour import Behaviour
from reference_server.deviations.registry import deviation

READING = LOOKING | {Activity.DOWNLOAD}


@deviation("token-for-others-taken", breaks=("AUTH-023",), seen_in="WLCG JWT compliance tests")
class TokenForOthersTaken(Behaviour):
    """The audience of a token is not looked at."""

    def verifies_token_audience(self) -> bool:
        return False


@deviation("create-scope-deletes", breaks=("AUTH-024",), seen_in="DEV-D152 XRootD #1655")
class CreateScopeDeletes(Behaviour):
    """A scope for creating files permits replacing and deleting them."""

    def activities_of_scope(self, activities: frozenset[Activity]) -> frozenset[Activity]:
        more = {Activity.DELETE} if Activity.UPLOAD in activities else set()
        return activities | more


@deviation("modify-scope-reads", breaks=("AUTH-025",), seen_in="WLCG JWT compliance tests")
class ModifyScopeReads(Behaviour):
    """A scope for modifying permits reading, too."""

    def activities_of_scope(self, activities: frozenset[Activity]) -> frozenset[Activity]:
        return activities | READING if Activity.DELETE in activities else activities


@deviation("scope-path-tidied", breaks=("AUTH-026",), seen_in="WLCG JWT compliance tests")
class ScopePathTidied(Behaviour):
    """Dot segments in the path of a scope are resolved instead of refused."""

    def scope_path_as_read(self, path: str) -> str:
        return posixpath.normpath(unquote(path))


@deviation("scope-without-path-is-root", breaks=("AUTH-029",), seen_in="DEV-D154")
class ScopeWithoutPathIsRoot(Behaviour):
    """A scope without a path permits what it names everywhere."""

    def scope_needs_path(self, name: str) -> bool:
        return False


@deviation("scope-slashes-are-elements", breaks=("AUTH-030",), seen_in="DEV-D150 XRootD, dCache")
class ScopeSlashesAreElements(Behaviour):
    """Two slashes in a row in the path of a scope enclose an element that no file has."""

    def scope_path_as_read(self, path: str) -> str:
        return path.replace("//", "/ /")


@deviation("poll-scope-reads", breaks=("AUTH-027",), seen_in="dCache #8073")
class PollScopeReads(Behaviour):
    """The scope storage.poll permits reading."""

    def known_scopes(
        self, table: Mapping[str, frozenset[Activity]]
    ) -> Mapping[str, frozenset[Activity]]:
        return {**table, "storage.poll": READING}
