"""The object store as a service: its few calls, and its failures in the words of a store.

The S3 client is botocore, the part of AWS's kit that signs and speaks; it is an optional extra and
only loaded by who gives such a store. Nothing it says reaches a client or a log as it is: its
messages, and those of the servers it speaks to, may name the access key.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from reference_server.behaviour import Behaviour
from reference_server.store import BackendFailed, Exists, Missing, NoSpace
from reference_server.store.s3.places import Spot

CONNECT, READ, ATTEMPTS = 10, 60, 3
"""Seconds to connect, seconds without a byte, and how often a request is tried."""
CONNECTIONS = 64
REGION = "us-east-1"
PART = 16 * 1024 * 1024
"""Bytes of a part of a large upload, at least; S3 takes 10,000 parts of 5 MiB or more."""
MOST_PARTS = 10_000
SINGLE = 4 * PART
"""Size up to which an upload is one request, bytes."""
GONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
CONFLICT = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})
FULL = frozenset({"EntityTooLarge", "MetadataTooLarge", "QuotaExceeded", "XMinioStorageFull"})
_CODE = re.compile(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """An object as the store tells of it; `metadata` is empty where it was only listed."""

    key: str
    size: int
    modified_ns: int
    tag: str
    metadata: Mapping[str, str]
    media_type: str


class NoClient(ValueError):
    """The S3 client is not installed."""


def connect(endpoint: str | None, region: str | None) -> Any:
    """A client with the key pair of the environment or the shared AWS configuration.

    Raises ValueError if there is no client or no key pair, and for a bad endpoint.
    """
    try:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError:
        raise NoClient("--store s3:// needs the S3 client: pip install 'httptpc[s3]'") from None
    settings = Config(
        connect_timeout=CONNECT,
        read_timeout=READ,
        max_pool_connections=CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        s3={"addressing_style": "path" if endpoint else "auto"},
        # newer checksums are unknown to many S3 servers; the signature covers the body anyway
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = Session()
    try:
        if session.get_credentials() is None:
            raise ValueError("--store s3://: no key pair in the environment or AWS configuration")
        where = region or session.get_config_variable("region") or REGION
        return session.create_client(
            "s3", endpoint_url=endpoint, region_name=where, config=settings
        )
    except BotoCoreError as problem:
        raise ValueError(f"--store s3://: {type(problem).__name__}") from None


class ObjectStore:
    """The calls of S3 that a gateway needs; all raise BackendFailed."""

    def __init__(self, client: Any, behaviour: Behaviour) -> None:
        self._client = client
        self._behaviour = behaviour

    def head(self, spot: Spot) -> Found | None:
        """An object, None if there is none."""
        try:
            told = self._ask("head_object", spot)
        except Missing:
            return None
        return _found(spot.key, told, told["ContentLength"])

    def has_bucket(self, bucket: str) -> bool:
        try:
            self._call("head_bucket", Bucket=bucket)
        except Missing:
            return False
        return True

    def buckets(self) -> list[str]:
        told = self._call("list_buckets")
        return sorted(str(item["Name"]) for item in told.get("Buckets", ()))

    def has_members(self, spot: Spot) -> bool:
        """Whether any key begins with the prefix of a place, its marker included."""
        asked = {"Bucket": spot.bucket, "Prefix": spot.prefix, "MaxKeys": 1}
        try:
            return bool(self._call("list_objects_v2", **asked).get("Contents"))
        except Missing:  # the bucket itself
            return False

    def members(self, spot: Spot, *, deep: bool = False) -> Iterator[Found | str]:
        """Objects below a place, and as text the prefixes that stand for collections."""
        asked = {"Bucket": spot.bucket, "Prefix": spot.prefix}
        asked |= {} if deep else {"Delimiter": "/"}
        while True:
            told = self._call("list_objects_v2", **asked)
            yield from (str(item["Prefix"]) for item in told.get("CommonPrefixes", ()))
            yield from (_found(i["Key"], i, i["Size"]) for i in told.get("Contents", ()))
            if not told.get("IsTruncated") or not self._behaviour.lists_on():
                return
            asked["ContinuationToken"] = told["NextContinuationToken"]

    def read(self, spot: Spot, span: str, tag: str) -> Any:
        """A stream of a range of the object that has this tag; raises Missing, Exists."""
        told = self._ask("get_object", spot, Range=span, IfMatch=f'"{tag}"')
        if _tag(told) != tag:  # a store that does not know the condition
            told["Body"].close()
            raise Exists(spot.key)
        return told["Body"]

    def put(
        self, spot: Spot, content: bytes | BinaryIO, size: int, metadata: Mapping[str, str]
    ) -> None:
        """Store an object in one request: it is there as a whole, or not at all."""
        self._ask("put_object", spot, Body=content, ContentLength=size, Metadata=dict(metadata))

    def put_new(
        self, spot: Spot, content: BinaryIO, size: int, metadata: Mapping[str, str]
    ) -> None:
        """The same, where there must be none; raises Exists."""
        told = {"ContentLength": size, "Metadata": dict(metadata), "IfNoneMatch": "*"}
        self._ask("put_object", spot, Body=content, **told)

    @contextlib.contextmanager
    def parts(self, spot: Spot, metadata: Mapping[str, str], *, new: bool) -> Iterator[Parts]:
        """An upload in parts: it appears when the block ends well, and is given up otherwise."""
        begun = self._ask("create_multipart_upload", spot, Metadata=dict(metadata))
        upload: dict[str, Any] = {"UploadId": begun["UploadId"]}
        made = Parts(lambda **more: self._ask("upload_part", spot, **upload, **more))
        try:
            yield made
            condition = {"IfNoneMatch": "*"} if new else {}
            whole = {"MultipartUpload": {"Parts": made.list}, **condition}
            self._ask("complete_multipart_upload", spot, **upload, **whole)
        except BaseException:
            with contextlib.suppress(BackendFailed, Missing, Exists):
                self._ask("abort_multipart_upload", spot, **upload)
            raise

    def set_metadata(self, spot: Spot, found: Found, metadata: Mapping[str, str]) -> str:
        """Change what is kept with an object by a copy inside the store; returns its new tag."""
        told = self._ask(
            "copy_object",
            spot,
            CopySource={"Bucket": spot.bucket, "Key": spot.key},
            CopySourceIfMatch=f'"{found.tag}"',
            MetadataDirective="REPLACE",
            Metadata=dict(metadata),
            ContentType=found.media_type,
        )
        return _tag(told.get("CopyObjectResult", {})) or found.tag

    def delete(self, bucket: str, keys: Sequence[str]) -> None:
        """Remove objects, at most a thousand."""
        if len(keys) == 1:
            self._ask("delete_object", Spot(bucket, keys[0]))
            return
        asked = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        told = self._call("delete_objects", Bucket=bucket, Delete=asked)
        for problem in told.get("Errors", ()):
            raise self._failed(str(problem.get("Code", "")))

    def _ask(self, operation: str, spot: Spot, **more: Any) -> Any:
        return self._call(operation, Bucket=spot.bucket, Key=spot.key, **more)

    def _call(self, operation: str, **words: Any) -> Any:
        with self.failures():
            return getattr(self._client, operation)(**words)

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """What the client library raises becomes BackendFailed, Missing, Exists or NoSpace."""
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ClientError as problem:
            code = str(problem.response.get("Error", {}).get("Code", ""))
            raise self._told(code) from None
        except (BotoCoreError, HTTPError) as problem:
            raise self._failed(type(problem).__name__) from None

    def _told(self, code: str) -> Exception:
        """An error that the object store answered."""
        if code in GONE:
            return Missing("no such object or bucket in the object store")
        if code in CONFLICT:
            return Exists("the object in the store is another one by now")
        if code in FULL:
            return NoSpace("the object store takes no more")
        return self._failed(code)

    def _failed(self, code: str) -> BackendFailed:
        known = code if _CODE.fullmatch(code) else "unknown"
        return BackendFailed(self._behaviour.backend_problem(known, self._access_key))

    def _access_key(self) -> str:
        return str(self._client._request_signer._credentials.access_key)


class Parts:
    """The parts of one upload, in their order."""

    def __init__(self, send: Callable[..., Any]) -> None:
        self._send = send
        self.list: list[dict[str, Any]] = []

    def add(self, content: BinaryIO, size: int) -> None:
        number = len(self.list) + 1
        told = self._send(PartNumber=number, Body=content, ContentLength=size)
        self.list.append({"PartNumber": number, "ETag": told["ETag"]})


def _found(key: str, told: Mapping[str, Any], size: int) -> Found:
    return Found(
        key=key,
        size=int(size),
        modified_ns=_nanoseconds(told["LastModified"]),
        tag=_tag(told),
        metadata={k.lower(): v for k, v in told.get("Metadata", {}).items()},
        media_type=str(told.get("ContentType", "application/octet-stream")),
    )


def _tag(told: Mapping[str, Any]) -> str:
    return str(told.get("ETag", "")).strip('"')


def _nanoseconds(moment: datetime) -> int:
    """Whole seconds: HEAD tells no more, and two ways of asking must agree."""
    return int(moment.timestamp()) * 1_000_000_000
