"""Where a path of the gateway lies in the object store: buckets take the role of directories."""

from __future__ import annotations

import re
from dataclasses import dataclass

SCHEME = "s3://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the object store; without a key the bucket, without a bucket all of them."""

    bucket: str
    key: str

    @property
    def prefix(self) -> str:
        """What the keys of members begin with; as a key, the marker of an empty directory."""
        return f"{self.key}/" if self.key else ""


@dataclass(frozen=True, slots=True)
class Root:
    """What the root of the gateway stands for.

    ``s3://BUCKET/PREFIX`` is the part of one bucket below a prefix. ``s3://`` is everything that
    the key pair may see, the first element of a path being the bucket: "S3 object store uses the
    word bucket for directory" (XRootD's S3 document).
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Root:
        """Raises ValueError for what is no such URL."""
        bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        elements = [element for element in prefix.split("/") if element]
        if bucket and not _BUCKET.fullmatch(bucket):
            raise ValueError(f"--store {url}: no bucket has such a name")
        if elements and not bucket:
            raise ValueError(f"--store {url}: a prefix needs a bucket")
        return cls(bucket, "/".join(elements))

    def below(self, name: str) -> Root:
        """The root of one of several servers that share this one."""
        if not self.bucket:
            raise ValueError("--pair needs a bucket: s3://BUCKET/PREFIX")
        return Root(self.bucket, f"{self.prefix}/{name}".lstrip("/"))

    def spot(self, path: str) -> Spot:
        """The place of an absolute, normalised path."""
        inside = path.lstrip("/")
        if not self.bucket:
            bucket, _, key = inside.partition("/")
            return Spot(bucket, key)
        return Spot(self.bucket, "/".join(part for part in (self.prefix, inside) if part))

    def is_fixed(self, spot: Spot) -> bool:
        """Whether a place is there before we come: our root, and the buckets."""
        return not spot.key or (bool(self.bucket) and spot.key == self.prefix)
