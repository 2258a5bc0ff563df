"""What the far side is to do, written into its own URL: so it needs no shared state.

A scenario is one path segment of base64url JSON; whoever sees the URL can read what was asked.
"""

from __future__ import annotations

import base64
import json
import random
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

from harness.wire.digests import digest_field, repr_digest_field

LARGEST = 64 * 1024 * 1024
"""The longest body the far side will make; a larger scenario is refused."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One far file and the manners of the server that holds it.

    Sizes and positions are bytes, times seconds, rates bytes per second. Statuses of 0 mean the
    natural answer. ``digest`` is the form of the Digest header (see ``answers``), ``digest_on`` the
    methods that carry it. ``redirect`` is an HTTP code, sent ``hops`` times to ``redirect_to``:
    ``same`` (this origin), ``other`` (another port), ``alias`` (another host name), ``relative``,
    ``plain``, ``file``, ``loop``, ``nowhere`` (no Location); ``redirect_late`` takes the body of a
    PUT first, ``parting`` closes the connection after it. ``hold`` delays the answers to the
    methods in ``hold_on``. ``pause_at``, ``stall_at``, ``cut_at`` and ``reset_at`` are positions in
    the body of a GET or PUT; those at the end of a PUT come between its body and the answer.
    ``need`` is the SHA-256 of the Authorization value that is demanded.
    ``interim`` are the codes sent, in order, to a PUT that waits for a 100: one, several with
    commas between them, or nothing. ``range_lie`` is how a request for a part is answered wrongly:
    ``elsewhere`` (Content-Range of another place), ``short`` (fewer bytes than asked for) or
    ``refused`` (416); without ``ranges`` it is the whole file. The first ``later`` GETs get a 202
    with a page, as from a server that computes a checksum first. ``coded`` compresses the body for
    who accepts gzip. Without ``head_length`` the answer to HEAD tells no length.
    """

    size: int = 1000
    seed: int = 1
    exists: bool = True
    length: bool = True
    extra: int = 0
    digest: str = "right"
    digest_on: tuple[str, ...] = ("GET", "HEAD")
    get_status: int = 0
    head_status: int = 0
    put_status: int = 0
    head_size: int = -1
    head_length: bool = True
    need: str = ""
    hold: float = 0.0
    hold_on: tuple[str, ...] = ("GET", "HEAD", "PUT", "DELETE")
    rate: int = 0
    pause_at: int = -1
    pause: float = 0.0
    stall_at: int = -1
    cut_at: int = -1
    reset_at: int = -1
    redirect: int = 0
    redirect_on: tuple[str, ...] = ("GET", "PUT")
    redirect_to: str = "same"
    redirect_late: bool = False
    hops: int = 1
    parting: bool = False
    interim: str = "100"
    early: bool = False
    reason: str = ""
    page: str = ""
    ranges: bool = True
    range_lie: str = ""
    later: int = 0
    coded: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.size <= LARGEST:
            raise ValueError(f"size {self.size} is not within 0 and {LARGEST}")

    @property
    def content(self) -> bytes:
        """The bytes of the far file, the same for the same size and seed."""
        return _content(self.size, self.seed)

    def encode(self) -> str:
        """The path segment that stands for this scenario; defaults are left out."""
        changed = {k: v for k, v in asdict(self).items() if v != getattr(PLAIN, k)}
        text = json.dumps(changed, separators=(",", ":"), sort_keys=True)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, segment: str) -> Scenario:
        """The scenario of a path segment; ValueError if it is none."""
        padded = segment + "=" * (-len(segment) % 4)
        data: Any = json.loads(base64.urlsafe_b64decode(padded.encode()))
        known = {f.name for f in fields(cls)}
        if not isinstance(data, dict) or set(data) - known:
            raise ValueError("not a scenario")
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items()
        }
        return cls(**values)


PLAIN = Scenario()
COMPARABLE = ("adler32", "md5", "sha", "sha-256", "sha-512")


@lru_cache(maxsize=16)  # contents are long, and a far side may run for months
def _content(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - test data, not a secret


def digest_header(form: str, content: bytes, wanted: str) -> tuple[str, str] | None:
    """The Digest header (RFC 3230) in the given form, None for ``none``.

    Forms: right, wrong, none, upper, short (no leading zeros), unknown (an algorithm nobody can
    compare), malformed, several, other (an algorithm that was not asked for).
    """
    adler = digest_field("adler32", content)
    hexadecimal = adler.partition("=")[2]
    values = {
        "right": digest_field(_chosen(wanted), content),
        "wrong": digest_field(_chosen(wanted), content + b"!"),
        "upper": "ADLER32=" + hexadecimal.upper(),
        "short": "adler32=" + (hexadecimal.lstrip("0") or "0"),
        "unknown": "unixcksum=1234",
        "malformed": "adler32",
        "several": digest_field("md5", content) + "," + adler,
        "other": digest_field("sha-512", content),
    }
    return ("Digest", values[form]) if form in values else None


def repr_digest_header(form: str, content: bytes) -> tuple[str, str] | None:
    """The Repr-Digest header (RFC 9530), for who asks in no other way; the forms as above."""
    values = {
        "none": "",
        "wrong": repr_digest_field("sha-256", content + b"!"),
        "unknown": "unixcksum=:MTIzNA==:",
        "malformed": "sha-256",
    }
    value = values.get(form, repr_digest_field("sha-256", content))
    return ("Repr-Digest", value) if value else None


def _chosen(wanted: str) -> str:
    names = [part.split(";")[0].strip().lower() for part in wanted.split(",")]
    return next((name for name in names if name in COMPARABLE), "adler32")
