"""What is kept with an object, as S3 user metadata: so no checksum needs the bytes a second time.

XRootD's S3 document names it as a drawback of its gateway that there is "no place to store the
checksum". Metadata are that place: digests under their own names, in hex, for other programs to
read; the rest as JSON under the name of this program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from reference_server.digests import ALGORITHMS
from reference_server.store import NoSpace, Record

OURS = "httptpc"
MOST = 2048
"""Bytes of user metadata that S3 takes, names and values together."""
_HEX = re.compile(r"[0-9a-f]{8,128}")

Metadata = dict[str, str]


def to_metadata(record: Record, size: int, others: Mapping[str, str] | None = None) -> Metadata:
    """A record as metadata of an object, beside those of other programs; raises NoSpace."""
    rest = {"size": size, "owner": record.owner, "properties": record.properties}
    mine = {**record.digests, OURS: json.dumps(rest)}
    kept = {name: text for name, text in (others or {}).items() if not _is_ours(name)}
    found = {**kept, **mine}
    if sum(len(name) + len(text) for name, text in found.items()) > MOST:
        raise NoSpace("the object store keeps no more than 2 KiB with an object")
    return found


def from_metadata(metadata: Mapping[str, str], size: int) -> Record | None:
    """The record of an object of this size; None if it has none, or that of other content."""
    told = {name.lower(): text for name, text in metadata.items()}
    rest = _object(told.get(OURS, ""))
    if rest.get("size") != size:
        return None
    digests = {name: told[name] for name in ALGORITHMS if _HEX.fullmatch(told.get(name, ""))}
    properties = rest.get("properties")
    kept = properties if isinstance(properties, dict) else {}
    return Record(digests, str(rest.get("owner", "")), {str(k): str(v) for k, v in kept.items()})


def _is_ours(name: str) -> bool:
    return name.lower() in (OURS, *ALGORITHMS)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
