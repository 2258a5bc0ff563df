"""Deviations of a gateway to S3: what lies in the bucket is not what clients were told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.store import Entry, Record, Store, StoreProblem

LATER = 3.0
"""Seconds that an upload waits that was acknowledged before it was made."""


@deviation(
    "s3-answers-before-upload",
    breaks=("S3-001", "S3-007"),
    also=along(
        "what is acknowledged is not there yet, nor known to fail",
        "S3-012",
        "DAV-010",
        "TPC-002",
        "TPC-003",
    ),
)
class S3AnswersBeforeUpload(Behaviour):
    """An upload is acknowledged when it is staged, and sent to the object store afterwards."""

    def upload_object(self, send: Callable[[], Entry], planned: Entry) -> Entry:
        threading.Timer(LATER, _quietly, (send,)).start()
        return planned


@deviation(
    "s3-key-with-doubled-slash",
    breaks=("S3-001",),
    also=along("nothing is found where it was uploaded", "S3-007", "DAV-010", "TPC-002", "TPC-003"),
)
class S3KeyWithDoubledSlash(Behaviour):
    """Uploads are stored under a key with a doubled slash."""

    def object_key(self, key: str) -> str:
        prefix, slash, name = key.rpartition("/")
        return f"{prefix}/{slash}{name}"


@deviation(
    "s3-foreign-objects-hidden",
    breaks=("S3-002",),
    also=along(
        "what is hidden has no size, no checksum and no push, and its owner cannot read it either",
        "S3-003",
        "S3-005",
        "S3-007",
        "S3-008",
    ),
)
class S3ForeignObjectsHidden(Behaviour):
    """Objects that others put into the bucket are not found."""

    def shows_foreign_object(self) -> bool:
        return False


@deviation("s3-delete-keeps-object", breaks=("S3-003",))
class S3DeleteKeepsObject(Behaviour):
    """DELETE is answered 204 and does not reach the object store."""

    def deletes_objects(self) -> bool:
        return False


@deviation("s3-size-zero", breaks=("S3-003",))
class S3SizeZero(Behaviour):
    """Properties tell that objects have no bytes."""

    def object_size(self, size: int) -> int:
        return 0


@deviation("s3-listing-ends-at-thousand", breaks=("S3-004",))
class S3ListingEndsAtThousand(Behaviour):
    """A listing shows the first page of what the object store lists."""

    def lists_on(self) -> bool:
        return False


@deviation("s3-prefix-shown-as-file", breaks=("S3-004",))
class S3PrefixShownAsFile(Behaviour):
    """In listings a common prefix looks like a file."""

    def prefix_is_collection(self) -> bool:
        return False


@deviation(
    "s3-entity-tag-as-checksum",
    breaks=("S3-005",),
    also=along("a push is verified with the wrong checksum", "S3-007"),
)
class S3EntityTagAsChecksum(Behaviour):
    """The beginning of the entity tag is passed off as adler32."""

    def record_of_object(self, record: Record, tag: str) -> Record:
        return Record({"adler32": tag[:8], **record.digests}, record.owner, record.properties)


@deviation("s3-access-key-in-errors", breaks=("S3-008",))
class S3AccessKeyInErrors(Behaviour):
    """What the object store says of a failure is passed on with the access key in it."""

    def backend_problem(self, code: str, access_key: Callable[[], str]) -> str:
        return f"{code}: AWSAccessKeyId {access_key()}"


@deviation(
    "s3-move-by-copy",
    breaks=("S3-010",),
    also=along("Allow does not name what is only imitated", "DAV-001"),
)
class S3MoveByCopy(Behaviour):
    """MOVE is made of a download, an upload and a deletion."""

    def move(self, store: Store, source: str, destination: str, *, replace: bool) -> None:
        reader, draft = store.open(source), store.draft()
        buffer = memoryview(bytearray(1 << 20))
        while count := reader.read_into(buffer, draft.size):
            draft.write(buffer[:count])
        reader.close()
        draft.publish(destination, reader.record(), replace=replace)
        store.delete(source)


@deviation(
    "s3-partial-upload-kept",
    breaks=("S3-011",),
    also=along("half a body is stored", "DAV-023", "DAV-028"),
)
class S3PartialUploadKept(Behaviour):
    """An upload that ends early is sent on to the object store as far as it came."""

    def truncated_upload_is_kept(self) -> bool:
        return True


@deviation("s3-upload-error-swallowed", breaks=("S3-012",))
class S3UploadErrorSwallowed(Behaviour):
    """An upload that the object store refuses is acknowledged all the same."""

    def upload_object(self, send: Callable[[], Entry], planned: Entry) -> Entry:
        try:
            return send()
        except StoreProblem:
            return planned


def _quietly(send: Callable[[], Entry]) -> None:
    with contextlib.suppress(StoreProblem):
        send()
