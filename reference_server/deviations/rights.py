"""Deviations of what a right permits."""

from __future__ import annotations

from reference_server.auth.identity import Activity, Rights
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation


@deviation(
    "delete-right-not-checked",
    breaks=("MAC-032",),
    also=along(
        "anybody may delete", "MAC-026", "MAC-030", "MAC-038", "MAC-043", "AUTH-013", "AUTH-024"
    ),
)
class DeleteRightNotChecked(Behaviour):
    """DELETE asks for the right to see the resource only."""

    def needed_for_delete(self, *, is_collection: bool) -> tuple[Activity, ...]:
        return (Activity.READ_METADATA,)


@deviation(
    "any-activity-is-enough",
    breaks=("MAC-032", "MAC-034", "MAC-038"),
    also=along(
        "whoever may do anything may do everything",
        "MAC-046",
        "MAC-043",
        "MAC-049",
        "TPC-043",
        "TPC-044",
        "TPC-045",
        "TPC-046",
        "AUTH-013",
        "AUTH-018",
        "AUTH-019",
        "REDIR-007",
        "MAC-037",
        "AUTH-024",
        "AUTH-025",
    ),
)
class AnyActivityIsEnough(Behaviour):
    """Any permitted activity permits all others."""

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        return any(
            rights.allows(item, path) for item in Activity if item is not Activity.READ_METADATA
        )


@deviation(
    "metadata-needs-its-own-right",
    breaks=("MAC-036", "MAC-047", "TPC-050"),
    also=along(
        "HEAD and PROPFIND are refused to most tokens", "MAC-033", "MAC-035", "MAC-046", "MAC-028"
    ),
)
class MetadataNeedsItsOwnRight(Behaviour):
    """Seeing metadata needs READ_METADATA or LIST explicitly."""

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        if activity is not Activity.READ_METADATA:
            return rights.allows(activity, path)
        return rights.allows(Activity.LIST, path)


@deviation(
    "ancestors-hidden",
    breaks=("MAC-028",),
    seen_in="XRootD",
    also=along("the way down to a path is closed", "MAC-029", "MAC-047"),
)
class AncestorsHidden(Behaviour):
    """Collections above the path of a token are not accessible."""

    def allows(self, rights: Rights, activity: Activity, path: str) -> bool:
        inside = path if path.endswith("/") else path + "/-"
        return rights.allows(activity, path) and rights.allows(activity, inside)


@deviation("listing-shows-all", breaks=("MAC-029",), seen_in="catalogue mutant")
class ListingShowsAll(Behaviour):
    """Listings show what a path caveat makes inaccessible."""

    def shows(self, rights: Rights, path: str) -> bool:
        return True


@deviation("move-needs-delete", breaks=("MAC-035",), seen_in="catalogue mutant")
class MoveNeedsDelete(Behaviour):
    """MOVE needs the right to delete, too."""

    def needed_for_move(self) -> tuple[Activity, ...]:
        return (Activity.MANAGE, Activity.DELETE)


@deviation("removing-collections-needs-manage", breaks=("MAC-035",), seen_in="catalogue mutant")
class RemovingCollectionsNeedsManage(Behaviour):
    """DELETE of a collection needs the right to manage."""

    def needed_for_delete(self, *, is_collection: bool) -> tuple[Activity, ...]:
        return (Activity.MANAGE,) if is_collection else (Activity.DELETE,)


@deviation("metadata-changed-by-readers", breaks=("MAC-037",), seen_in="catalogue mutant")
class MetadataChangedByReaders(Behaviour):
    """PROPPATCH needs the right to read metadata only."""

    def needed_for_proppatch(self) -> tuple[Activity, ...]:
        return (Activity.READ_METADATA,)
