"""Deviations of WebDAV and HTTP as a passive server."""

from __future__ import annotations

from urllib.parse import unquote

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers, Refusal
from reference_server.store import Block, Entry, Record, Store
from reference_server.wire.targets import decode_element, parent_of


@deviation("options-without-dav", breaks=("DAV-001",), seen_in="DEV-D027 dCache")
class OptionsWithoutDav(Behaviour):
    """OPTIONS has no DAV header."""

    def dav_header(self) -> Headers:
        return ()


@deviation("allow-without-copy", breaks=("DAV-001",), seen_in="DEV-D027 dCache")
class AllowWithoutCopy(Behaviour):
    """Allow does not name COPY."""

    def allowed_methods(self, methods: list[str]) -> list[str]:
        return [name for name in methods if name != "COPY"]


@deviation("mkcol-twice-is-created", breaks=("DAV-003",), seen_in="DEV-D187")
class MkcolTwiceIsCreated(Behaviour):
    """MKCOL on an existing collection is answered 201."""

    def mkcol_on_existing(self) -> int:
        return 201


@deviation("mkcol-creates-parents", breaks=("DAV-004",), seen_in="DEV-D036 XRootD")
class MkcolCreatesParents(Behaviour):
    """MKCOL creates the collections that are missing above."""

    def creates_missing_parents(self) -> bool:
        return True


@deviation("mkcol-body-ignored", breaks=("DAV-005",), seen_in="catalogue mutant")
class MkcolBodyIgnored(Behaviour):
    """A body of MKCOL is ignored."""

    def refuses_mkcol_body(self) -> bool:
        return False


@deviation(
    "delete-keeps",
    breaks=("DAV-006", "DAV-007"),
    also=along("nothing can be removed", "MAC-035", "AUTH-025"),
)
class DeleteKeeps(Behaviour):
    """DELETE is answered 204 and removes nothing."""

    def deleted(self, entry: Entry) -> list[str]:
        return []


@deviation("delete-of-nothing-succeeds", breaks=("DAV-006", "DAV-024"), seen_in="DEV-D187")
class DeleteOfNothingSucceeds(Behaviour):
    """DELETE of what does not exist is answered 204."""

    def delete_missing(self) -> int:
        return 204


@deviation(
    "collection-survives-delete",
    breaks=("DAV-007",),
    also=along("a collection cannot be removed", "MAC-035"),
)
class CollectionSurvivesDelete(Behaviour):
    """DELETE of a collection is answered 204 and removes nothing."""

    def deleted(self, entry: Entry) -> list[str]:
        return [] if entry.is_collection else [entry.path]


@deviation(
    "move-only-source-gone",
    breaks=("DAV-008",),
    seen_in="catalogue mutant",
    also=along("a moved file is lost", "MAC-035"),
)
class MoveOnlySourceGone(Behaviour):
    """MOVE removes the source and creates nothing."""

    def move(self, store: Store, source: str, destination: str, *, replace: bool) -> None:
        store.delete(source)


@deviation("move-overwrites", breaks=("DAV-009",), seen_in="catalogue mutant")
class MoveOverwrites(Behaviour):
    """MOVE ignores Overwrite: F."""

    def move_conflict(self, value: str, *, exists: bool) -> bool:
        return False


@deviation("put-is-always-204", breaks=("DAV-010",), seen_in="DEV-D182")
class PutIsAlways204(Behaviour):
    """A PUT of a new file is answered 204."""

    def put_status(self, *, exists: bool) -> int:
        return 204


@deviation(
    "old-tail-kept",
    breaks=("DAV-011",),
    seen_in="catalogue mutant",
    also=along("a longer file stays in part what it was", "MAC-034"),
)
class OldTailKept(Behaviour):
    """A shorter upload leaves the end of the old file behind."""

    def kept_of_old(self, new_size: int, old_size: int) -> int:
        return max(0, old_size - new_size)


@deviation("put-creates-parents", breaks=("DAV-012",), seen_in="XRootD")
class PutCreatesParents(Behaviour):
    """PUT creates the collections that are missing above."""

    def put_without_parent(self, path: str) -> bool:
        return True


@deviation("put-without-parent-lost", breaks=("DAV-012",), seen_in="catalogue mutant")
class PutWithoutParentLost(Behaviour):
    """PUT below a missing collection is answered 201 and nothing is stored."""

    def put_without_parent(self, path: str) -> bool:
        return False


@deviation(
    "chunk-framing-stored",
    breaks=("DAV-010",),
    seen_in="catalogue mutant",
    also=along("a chunked upload is not what was sent", "INTEG-019"),
)
class ChunkFramingStored(Behaviour):
    """The sizes of a chunked upload are stored along with its data."""

    def upload_to_store(self, block: Block, *, chunked: bool) -> Block:
        return b"%x\r\n%b\r\n" % (len(block), bytes(block)) if chunked else block


@deviation("put-replaces-collection", breaks=("DAV-013",), seen_in="DEV-D040 dCache")
class PutReplacesCollection(Behaviour):
    """PUT on a collection replaces it by a file."""

    def put_on_collection(self) -> None:
        return None


@deviation(
    "head-with-body",
    breaks=("DAV-014",),
    seen_in="DEV-D177",
    also=along(
        "the body of a HEAD is read as the next answer", "CKSUM-001", "INTEG-019", "DAV-025"
    ),
)
class HeadWithBody(Behaviour):
    """HEAD is answered with the body."""

    def head_has_body(self) -> bool:
        return True


@deviation(
    "range-one-short",
    breaks=("DAV-015",),
    seen_in="catalogue mutant",
    also=along("the parts of several ranges are short, too", "DAV-016")
    | along("no range is whole", "MAC-033", "INTEG-001"),
)
class RangeOneShort(Behaviour):
    """The last byte of a range is left out."""

    def range_end(self, last: int) -> int:
        return last


@deviation("range-without-content-range", breaks=("DAV-015",), seen_in="DEV-D180")
class RangeWithoutContentRange(Behaviour):
    """A 206 has no Content-Range."""

    def range_headers(self, span: str, size: int) -> Headers:
        return ()


@deviation("bad-range-crashes", breaks=("DAV-015",), seen_in="DEV-D180")
class BadRangeCrashes(Behaviour):
    """A range beyond the end is answered 500."""

    def unsatisfiable_range(self) -> int:
        return 500


@deviation("ranges-run-together", breaks=("DAV-016",), seen_in="catalogue mutant")
class RangesRunTogether(Behaviour):
    """Several ranges are sent one after the other without multipart."""

    def multiple_ranges_are_parts(self) -> bool:
        return False


@deviation("constant-etag", breaks=("DAV-017",), seen_in="catalogue mutant")
class ConstantEtag(Behaviour):
    """Every file has the same ETag."""

    def entity_tag(self, entry: Entry) -> str:
        return '"1"'


@deviation("conditions-ignored", breaks=("DAV-018",), seen_in="catalogue mutant")
class ConditionsIgnored(Behaviour):
    """If-Match and If-None-Match are ignored."""

    def precondition_fails(self, condition: str | None, tag: str | None, *, none: bool) -> bool:
        return False


@deviation("host-not-needed", breaks=("DAV-019",), seen_in="catalogue mutant")
class HostNotNeeded(Behaviour):
    """An HTTP/1.1 request without Host is served."""

    def host_problem(self, hosts: list[str]) -> str | None:
        return None


@deviation("unknown-method-is-get", breaks=("DAV-020",), seen_in="catalogue mutant")
class UnknownMethodIsGet(Behaviour):
    """An unknown method is taken for GET."""

    def unknown_method(self, method: str) -> str:
        return "GET"


@deviation("plus-is-blank", breaks=("DAV-021",), seen_in="catalogue mutant")
class PlusIsBlank(Behaviour):
    """A plus sign in a path is decoded to a blank."""

    def path_element(self, raw: str) -> str:
        return decode_element(raw.replace("+", "%20"))


@deviation(
    "path-decoded-twice",
    breaks=("DAV-021",),
    seen_in="catalogue mutant",
    also=along("dot segments that are encoded twice pass the check", "MAC-027"),
)
class PathDecodedTwice(Behaviour):
    """A path is percent-decoded twice."""

    def path_element(self, raw: str) -> str:
        return unquote(decode_element(raw)).replace("/", "_")


@deviation(
    "truncated-upload-kept",
    breaks=("DAV-023",),
    seen_in="DEV-D186 dCache, EOS",
    also=along("half a file is listed as a file", "CANCEL-007")
    | along("a body that breaks off in a malformed chunk is kept", "DAV-028"),
)
class TruncatedUploadKept(Behaviour):
    """An upload that ends early is stored and acknowledged."""

    def truncated_upload_is_kept(self) -> bool:
        return True


@deviation(
    "missing-file-is-empty",
    breaks=("DAV-024",),
    also=along("whatever was removed is still answered", "DAV-006")
    | along(
        "nothing is ever missing",
        "TPC-001",
        "TPC-004",
        "TPC-051",
        "MAC-026",
        "MAC-030",
        "MAC-035",
        "MAC-041",
        "MAC-046",
        "AUTH-002",
        "AUTH-025",
        "DIR-004",
    ),
)
class MissingFileIsEmpty(Behaviour):
    """GET of a missing file is answered 200 without content."""

    def get_missing(self) -> None:
        return None


@deviation(
    "upload-right-is-enough",
    breaks=("MAC-034",),
    seen_in="catalogue mutant",
    also=along("whoever may create may do more", "AUTH-024"),
)
class UploadRightIsEnough(Behaviour):
    """The right to upload is enough to replace a file."""

    def needed_for_put(self, *, exists: bool) -> tuple[Activity, ...]:
        return (Activity.UPLOAD,)


@deviation(
    "get-needs-list",
    breaks=("MAC-033", "TPC-050"),
    also=along("a token for downloads downloads nothing", "MAC-011", "MAC-043", "MAC-038"),
)
class GetNeedsList(Behaviour):
    """Fetching a file needs the right to list."""

    def also_needed_for_get(self) -> tuple[Activity, ...]:
        return (Activity.LIST,)


@deviation(
    "missing-file-crashes",
    breaks=("DAV-024",),
    seen_in="XRootD #2018",
    also=along("what was removed is not answered 404", "DAV-006")
    | along(
        "what is not there is answered 500",
        "TPC-004",
        "TPC-051",
        "MAC-035",
        "MAC-046",
        "AUTH-025",
        "DIR-004",
    ),
)
class MissingFileCrashes(Behaviour):
    """GET of a missing file ends in 500."""

    def get_missing(self) -> None:
        raise Refusal(500, "internal error")


@deviation(
    "mkcol-makes-a-file",
    breaks=("DAV-002",),
    seen_in="catalogue mutant",
    also=along("no collection can be made to work in", "DAV-003", "DAV-007", "DAV-013", "DAV-021")
    | along("there are no new collections", "PROP-010", "META-002", "META-003"),
)
class MkcolMakesAFile(Behaviour):
    """MKCOL inside a collection creates an empty file; those of the top level are made well."""

    def make_collection(self, store: Store, path: str) -> None:
        if parent_of(path) == "/":
            return super().make_collection(store, path)
        store.draft().publish(path, Record(), replace=False)


@deviation("uploads-at-once-lost", breaks=("DAV-033",), seen_in="catalogue mutant")
class UploadsAtOnceLost(Behaviour):
    """An upload that begins while four others run is acknowledged and not stored."""

    def keeps_upload(self, at_once: int) -> bool:
        return at_once <= 4
