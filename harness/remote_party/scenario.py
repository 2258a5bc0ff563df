"""What the far side is to do, written into its own URL: so it needs no shared state.

A scenario is one path segment of base64url JSON; whoever sees the URL can read what was asked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from harness.remote_party.content import HUGEST, LARGEST, Content, content_of, pieces, small
from harness.wire.digests import digest_field, repr_digest_field


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
    who accepts gzip. Without ``head_length`` the answer to HEAD tells no length. ``http10`` answers
    as HTTP/1.0 and closes: a GET without ``length`` then has a body that ends with the connection.
    ``notify`` sends close_notify before a cut. ``interim_length`` puts Content-Length into interim
    answers. A file of more than 64 MiB is made as it is sent, and never coded.
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
    http10: bool = False
    notify: bool = False
    interim_length: bool = False

    def __post_init__(self) -> None:
        most = LARGEST if self.coded else HUGEST
        if not 0 <= self.size <= most:
            raise ValueError(f"size {self.size} is not within 0 and {most}")

    @property
    def content(self) -> bytes:
        """The bytes of the far file, if it is no larger than 64 MiB; ValueError if it is."""
        if self.size > LARGEST:
            raise ValueError(f"{self.size} bytes are too many to be held in memory")
        return small(self.size, self.seed)

    @property
    def body(self) -> Content:
        """The bytes of the far file, whatever its size."""
        return content_of(self.size, self.seed)

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


def digest_header(form: str, content: Content, wanted: str) -> tuple[str, str] | None:
    """The Digest header (RFC 3230) in the given form, None for ``none``.

    Forms: right, wrong, none, upper, short (no leading zeros), unknown (an algorithm nobody can
    compare), malformed, several, other (an algorithm that was not asked for).
    """
    name = _chosen(wanted)
    forms: dict[str, Callable[[], str]] = {
        "right": lambda: digest_field(name, pieces(content)),
        "wrong": lambda: digest_field(name, pieces(content, b"!")),
        "upper": lambda: "ADLER32=" + _adler32(content).upper(),
        "short": lambda: "adler32=" + (_adler32(content).lstrip("0") or "0"),
        "unknown": lambda: "unixcksum=1234",
        "malformed": lambda: "adler32",
        "several": lambda: f"{digest_field('md5', pieces(content))},adler32={_adler32(content)}",
        "other": lambda: digest_field("sha-512", pieces(content)),
    }
    return ("Digest", forms[form]()) if form in forms else None


def repr_digest_header(form: str, content: Content) -> tuple[str, str] | None:
    """The Repr-Digest header (RFC 9530), for who asks in no other way; the forms as above."""
    if form == "none":
        return None
    values = {"unknown": "unixcksum=:MTIzNA==:", "malformed": "sha-256"}
    more = (b"!",) if form == "wrong" else ()
    value = values.get(form) or repr_digest_field("sha-256", pieces(content, *more))
    return ("Repr-Digest", value)


def _adler32(content: Content) -> str:
    return digest_field("adler32", pieces(content)).partition("=")[2]


def _chosen(wanted: str) -> str:
    names = [part.split(";")[0].strip().lower() for part in wanted.split(",")]
    return next((name for name in names if name in COMPARABLE), "adler32")
