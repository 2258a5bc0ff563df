"""Seams of WebDAV and HTTP as a passive server: namespace, uploads, downloads."""

from __future__ import annotations

from reference_server.auth.identity import Activity, Rights
from reference_server.refusal import Headers, Refusal
from reference_server.store import Block, Entry, Store
from reference_server.wire.heads import one_host
from reference_server.wire.targets import decode_element

OPTIONS_CLASSES = "1"


class DavSeams:
    """Decisions about methods on one resource (RFC 4918, RFC 9110)."""

    def seconds_before_data(self) -> float:
        """How long the data of a download have to be waited for: they are on disk."""
        return 0.0

    def dav_header(self) -> Headers:
        return (("DAV", OPTIONS_CLASSES),)

    def allowed_methods(self, methods: list[str]) -> list[str]:
        """Methods that Allow names, of those implemented."""
        return methods

    def unknown_method(self, method: str) -> str:
        """What an unknown method is taken for."""
        raise Refusal(501, "method not implemented")

    def path_element(self, raw: str) -> str:
        """One path element, percent-decoded once; raises Refusal."""
        return decode_element(raw)

    def host_problem(self, hosts: list[str]) -> str | None:
        """What is wrong with Host in an HTTP/1.1 request (RFC 9112 section 3.2)."""
        return one_host(hosts)

    def needed_for_delete(self, *, is_collection: bool) -> tuple[Activity, ...]:
        return (Activity.DELETE,)

    def delete_missing(self) -> int:
        """Status for deleting what is not there."""
        raise Refusal(404, "no such resource")

    def deleted(self, entry: Entry) -> list[str]:
        """Paths to remove for a DELETE that will be answered 204."""
        return [entry.path]

    def needed_for_move(self) -> tuple[Activity, ...]:
        return (Activity.MANAGE,)

    def needed_for_proppatch(self) -> tuple[Activity, ...]:
        return (Activity.UPDATE_METADATA,)

    def deleted_status(self) -> int:
        return 204

    def make_collection(self, store: Store, path: str) -> None:
        store.make_collection(path)

    def refuses_mkcol_body(self) -> bool:
        return True

    def mkcol_on_existing(self) -> int:
        return 405

    def creates_missing_parents(self) -> bool:
        """Whether MKCOL makes the collections above, too."""
        return False

    def move_conflict(self, value: str, *, exists: bool) -> bool:
        """Whether Overwrite forbids a MOVE."""
        return value == "F" and exists

    def move(self, store: Store, source: str, destination: str, *, replace: bool) -> None:
        store.move(source, destination, replace=replace)

    def needed_for_put(self, *, exists: bool) -> tuple[Activity, ...]:
        """Replacing an object counts as deleting it (dCache WebDAV chapter, activities)."""
        return (Activity.UPLOAD, Activity.DELETE) if exists else (Activity.UPLOAD,)

    def put_status(self, *, exists: bool) -> int:
        return 204 if exists else 201

    def put_without_parent(self, path: str) -> bool:
        """A PUT below a missing collection; True: make it, False: pretend to have stored."""
        raise Refusal(409, "parent collection does not exist")

    def stores_upload_late(self, size: int) -> bool:
        """Whether an upload of that many bytes is acknowledged before it is there."""
        return False

    def keeps_upload(self, at_once: int) -> bool:
        """Whether an upload that began as one of so many is stored."""
        return True

    def upload_to_store(self, block: Block, *, chunked: bool) -> Block:
        """What is stored of a block of an uploaded body."""
        return block

    def put_on_collection(self) -> None:
        """A PUT on a collection; returning means to replace it by a file."""
        raise Refusal(405, "a collection is in the way", headers=(("Allow", "DELETE, PROPFIND"),))

    def kept_of_old(self, new_size: int, old_size: int) -> int:
        """How many bytes at the end of the old content stay behind the new."""
        return 0

    def truncated_upload_is_kept(self) -> bool:
        """Whether an upload that ended early becomes a file."""
        return False

    def precondition_fails(self, condition: str | None, tag: str | None, *, none: bool) -> bool:
        """If-None-Match (`none`) or If-Match against the current tag, None without resource."""
        if condition is None:
            return False
        wanted = {item.strip().removeprefix("W/") for item in condition.split(",")}
        matches = tag is not None and ("*" in wanted or tag in wanted)
        return matches if none else not matches

    def not_modified(self, condition: str | None, tag: str) -> bool:
        """Whether GET and HEAD answer 304."""
        return self.precondition_fails(condition, tag, none=True)

    def entity_tag(self, entry: Entry) -> str:
        """ETag of a resource: changes with the content and never comes back."""
        return f'"{entry.tag}"'

    def shows_entity_tag(self) -> bool:
        """Whether answers carry ETag and resources have getetag."""
        return True

    def also_needed_for_get(self) -> tuple[Activity, ...]:
        """Rights beyond DOWNLOAD that fetching a file needs: none."""
        return ()

    def reads_body_before_checks(self) -> bool:
        """Whether 100 is sent before it is known that the upload may succeed."""
        return False

    def shows(self, rights: Rights, path: str) -> bool:
        """Whether a listing for such rights shows a path."""
        return rights.shows(path)

    def get_missing(self) -> None:
        """GET and HEAD of what is not there; returning means an empty 200."""
        raise Refusal(404, "no such resource")

    def head_has_body(self) -> bool:
        return False

    def reported_size(self, size: int, *, is_head: bool) -> int:
        """Content-Length of GET and HEAD."""
        return size

    def range_end(self, last: int) -> int:
        """Offset after the last byte of a range, from the offset of its last byte."""
        return last + 1

    def range_headers(self, span: str, size: int) -> Headers:
        """Fields of a 206 with one range."""
        return (("Content-Range", f"bytes {span}/{size}"),)

    def unsatisfiable_range(self) -> int:
        return 416

    def honours_ranges(self, count: int) -> bool:
        """Whether so many ranges are honoured; otherwise the whole is sent (RFC 9110 14.2)."""
        return True

    def multiple_ranges_are_parts(self) -> bool:
        """Whether several ranges make a multipart/byteranges document."""
        return True

    def protected_property_status(self, is_checksums: bool) -> str:
        """Status of an attempt to change a property in a PROPPATCH."""
        return "403 Forbidden"

    def href(self, encoded_path: str, *, base: str, is_collection: bool) -> str:
        """Form of a href: absolute path, percent-encoded, collections with a final slash.

        `base` is scheme and authority, which would make it an absolute URL.
        """
        return encoded_path
