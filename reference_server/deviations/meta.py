"""Deviations of Metalink descriptions."""

from __future__ import annotations

import base64
from xml.sax.saxutils import quoteattr

from reference_server.behaviour import Behaviour
from reference_server.behaviour.pages import HASH_TYPES
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers
from reference_server.store import Entry, Store

READING = ("META-004", "META-005", "META-006", "META-007", "META-010")
"""Entries whose probe reads a description."""
HOUR = 3600.0


@deviation(
    "metalink-is-html",
    breaks=("META-001",),
    also=along("there is nothing to read", READING, "META-008"),
)
class MetalinkIsHtml(Behaviour):
    """What is labelled as Metalink is a page in HTML."""

    def metalink_body(self, document: str) -> str:
        return "<!DOCTYPE html>\n<html><head><title>files</title><body><p>none<br></html>\n"


@deviation("accept-beats-type", breaks=("META-002",))
class AcceptBeatsType(Behaviour):
    """An Accept that prefers HTML beats ?type=metalink."""

    def wants_metalink(self, asked_type: str | None, accept: str | None) -> bool:
        if accept is None or "html" not in accept:
            return asked_type == "metalink" or "metalink" in (accept or "")
        return Behaviour().wants_metalink(None, accept)


@deviation("any-mention-of-metalink", breaks=("META-003",))
class AnyMentionOfMetalink(Behaviour):
    """Any mention of the media type in Accept gives a Metalink."""

    def wants_metalink(self, asked_type: str | None, accept: str | None) -> bool:
        return asked_type == "metalink" or "metalink4+xml" in (accept or "")


@deviation(
    "old-metalink-namespace",
    breaks=("META-004",),
    also=along("nothing is found in the namespace", READING, "META-008"),
)
class OldMetalinkNamespace(Behaviour):
    """The namespace is that of Metalink 3."""

    def metalink_namespace(self) -> str:
        return "http://www.metalinker.org/"


@deviation(
    "metalink-without-names",
    breaks=("META-004",),
    also=along("nobody knows which file is meant", "META-005", "META-007", "META-010"),
)
class MetalinkWithoutNames(Behaviour):
    """File elements have no name."""

    def metalink_name(self, name: str, path: str) -> str:
        return ""


@deviation("metalink-size-of-directory", breaks=("META-005",))
class MetalinkSizeOfDirectory(Behaviour):
    """Every size is that of a directory entry."""

    def metalink_size(self, entry: Entry) -> int:
        return 4096


@deviation("metalink-url-relative", breaks=("META-005",))
class MetalinkUrlRelative(Behaviour):
    """URLs of files are relative references."""

    def metalink_url(self, base: str, encoded_path: str) -> str:
        return encoded_path.rpartition("/")[2]


@deviation("metalink-hash-base64", breaks=("META-006",))
class MetalinkHashBase64(Behaviour):
    """Hashes are in base64, as in Digest."""

    def metalink_hash(self, algorithm: str, hex_digest: str) -> tuple[str, str]:
        return HASH_TYPES[algorithm], base64.b64encode(bytes.fromhex(hex_digest)).decode()


@deviation("metalink-md5-as-sha", breaks=("META-006",))
class MetalinkMd5AsSha(Behaviour):
    """Every hash is said to be sha-1."""

    def metalink_hash(self, algorithm: str, hex_digest: str) -> tuple[str, str]:
        return "sha-1", hex_digest


@deviation("metalink-is-recursive", breaks=("META-007",))
class MetalinkIsRecursive(Behaviour):
    """Files of subdirectories are described as well."""

    def described_files(self, store: Store, members: list[Entry]) -> list[Entry]:
        found: list[Entry] = []
        for member in members:
            below = store.children(member.path) if member.is_collection else []
            found += self.described_files(store, below) if below else [member]
        return [member for member in found if not member.is_collection]


@deviation("metalink-lists-directories", breaks=("META-007",))
class MetalinkListsDirectories(Behaviour):
    """Subdirectories are described as files."""

    def described_files(self, store: Store, members: list[Entry]) -> list[Entry]:
        return members


@deviation("metalink-link-on-get-only", breaks=("META-008",))
class MetalinkLinkOnGetOnly(Behaviour):
    """HEAD of a directory has no Link."""

    def describing_link(self, method: str, target: str) -> Headers:
        return Behaviour().describing_link(method, target) if method == "GET" else ()


@deviation("metalink-link-is-duplicate", breaks=("META-008",))
class MetalinkLinkIsDuplicate(Behaviour):
    """Link has the relation `duplicate`."""

    def describing_link(self, method: str, target: str) -> Headers:
        ((name, value),) = Behaviour().describing_link(method, target)
        return ((name, value.replace("describedby", "duplicate")),)


@deviation("metalink-link-leads-nowhere", breaks=("META-008",))
class MetalinkLinkLeadsNowhere(Behaviour):
    """The target of Link does not exist."""

    def describing_link(self, method: str, target: str) -> Headers:
        return Behaviour().describing_link(method, target.replace("/?type=", ".meta4?type="))


@deviation("metalink-from-the-future", breaks=("META-009",))
class MetalinkFromTheFuture(Behaviour):
    """`updated` is an hour ahead."""

    def metalink_updated(self, seconds: float) -> float:
        return seconds + HOUR


@deviation("metalink-name-not-escaped", breaks=("META-010",))
class MetalinkNameNotEscaped(Behaviour):
    """Names are written into the XML as they are."""

    def metalink_name(self, name: str, path: str) -> str:
        return f' name="{name}"'


@deviation(
    "metalink-absolute-names",
    breaks=("META-010", "META-004"),
    also=along("no name is that of a file", "META-005", "META-007"),
)
class MetalinkAbsoluteNames(Behaviour):
    """Names are absolute paths."""

    def metalink_name(self, name: str, path: str) -> str:
        return f" name={quoteattr(path)}"
