"""Plain WebDAV: files, listings, properties."""

from __future__ import annotations

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.personalities.registry import difference
from reference_server.refusal import Headers, Refusal


@difference(
    "put-answered-200", of=("xrootd5",), source="seen in XRootD 5.5.3: PUT", warns="DAV-010"
)
class PutAnswered200(Behaviour):
    """An upload is answered 200, new or not."""

    def put_status(self, *, exists: bool) -> int:
        return 200


@difference("put-always-created", of=("dcache", "dpm"), source="DAV-011")
class PutAlwaysCreated(Behaviour):
    """An upload is answered 201, new or not."""

    def put_status(self, *, exists: bool) -> int:
        return 201


@difference("delete-answered-200", of=("xrootd5",), source="DAV-006")
class DeleteAnswered200(Behaviour):
    """A deletion is answered 200."""

    def deleted_status(self) -> int:
        return 200


@difference("missing-parent-is-404", of=("dpm",), source="DAV-012")
class MissingParentIs404(Behaviour):
    """An upload below a missing collection gets 404."""

    def put_without_parent(self, path: str) -> bool:
        raise Refusal(404, "no such collection")


@difference("unknown-methods-are-bad", of=("xrootd5",), source="DAV-020")
class UnknownMethodsAreBad(Behaviour):
    """A method that is not known makes a bad request."""

    def unknown_method(self, method: str) -> str:
        raise Refusal(400, "unknown method")


@difference("no-entity-tags", of=("xrootd5",), source="DAV-017")
class NoEntityTags(Behaviour):
    """There are no entity tags, neither in fields nor as properties."""

    def shows_entity_tag(self) -> bool:
        return False


@difference("several-dav-fields", of=("xrootd5",), source="DAV-001")
class SeveralDavFields(Behaviour):
    """DAV comes in several lines, one of them a token of its own."""

    def dav_header(self) -> Headers:
        return (("DAV", "1"), ("DAV", "<http://apache.org/dav/propset/fs/1>"))


@difference("allow-in-another-order", of=("xrootd5",), source="DAV-001")
class AllowInAnotherOrder(Behaviour):
    """Allow begins with HEAD and ends with the methods of WebDAV."""

    def allowed_methods(self, methods: list[str]) -> list[str]:
        first = ["HEAD", "GET", "PUT", "PROPFIND", "DELETE", "OPTIONS", "COPY"]
        return [*first, *(name for name in methods if name not in first)]


@difference("no-directory-pages", of=("storm",), source="DIR-001: listing switched off")
class NoDirectoryPages(Behaviour):
    """GET of a collection is refused."""

    def needed_for_page(self) -> tuple[Activity, ...]:
        raise Refusal(403, "collections have no page here")


@difference("no-metalink", of=("xrootd5", "storm"), source="META-001")
class NoMetalink(Behaviour):
    """Nothing is described as Metalink."""

    def wants_metalink(self, asked_type: str | None, accept: str | None) -> bool:
        return False


@difference("upload-attributes-ignored", of=("xrootd5", "storm", "dpm"), source="XATTR-001")
class UploadAttributesIgnored(Behaviour):
    """The query of an upload means nothing."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        return {}


@difference("file-type-not-found", of=("dcache",), source="PROP-010")
class FileTypeNotFound(Behaviour):
    """resourcetype of a file is reported with 404."""

    def resource_type(self, *, is_collection: bool) -> str | None:
        return "<D:collection/>" if is_collection else None


@difference("multistatus-as-text", of=("xrootd5", "dpm"), source="PROP-001")
class MultistatusAsText(Behaviour):
    """A 207 is labelled text/xml."""

    def multistatus_media_type(self) -> str:
        return 'text/xml; charset="utf-8"'


@difference("absolute-hrefs", of=("storm",), source="PROP-014")
class AbsoluteHrefs(Behaviour):
    """A href is an absolute URL."""

    def href(self, encoded_path: str, *, base: str, is_collection: bool) -> str:
        return base + encoded_path


@difference("hrefs-without-final-slash", of=("dpm",), source="PROP-014")
class HrefsWithoutFinalSlash(Behaviour):
    """The href of a collection does not end in a slash."""

    def href(self, encoded_path: str, *, base: str, is_collection: bool) -> str:
        return encoded_path.rstrip("/") or "/"


@difference("one-range-at-a-time", of=("storm",), source="DAV-016")
class OneRangeAtATime(Behaviour):
    """A request for several ranges is answered with the whole file."""

    def honours_ranges(self, count: int) -> bool:
        return count == 1


@difference("listings-of-finite-depth", of=("dcache", "storm"), source="PROP-004")
class ListingsOfFiniteDepth(Behaviour):
    """A listing of infinite depth is refused, saying so."""

    def lists_infinitely(self) -> bool:
        return False
