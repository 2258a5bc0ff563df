"""An upload: complete in a staging area first, then sent on, as the gateway of the document does.

"Davix temporarily store a complete file to this staging area before it uploads the file to the s3
store" (XRootD's S3 document). It is also what lets the checksum go along as metadata: it is known
before the first byte is sent on, and a multipart upload takes metadata only at its beginning.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event
from typing import Protocol, TypeVar

from reference_server.store import BackendFailed, Block, Draft, Entry, Record, Tick

GLANCE = 0.1
"""Seconds between two looks at who waits for an upload."""

T = TypeVar("T")


class Publisher(Protocol):
    """What sends a complete upload to the object store."""

    def publish(self, path: str, upload: Upload, *, replace: bool) -> Entry: ...


class S3Draft:
    """New content in the staging area."""

    def __init__(self, publisher: Publisher, staged: Draft) -> None:
        self._publisher = publisher
        self._staged = staged
        self._handed_over = False

    @property
    def size(self) -> int:
        return self._staged.size

    def write(self, block: Block) -> None:
        self._staged.write(block)

    def read_into(self, view: memoryview, offset: int) -> int:
        return self._staged.read_into(view, offset)

    def publish(
        self, path: str, record: Record, *, replace: bool, tick: Tick | None = None
    ) -> Entry:
        """Send it on; the staged file goes when that has ended, well or not."""
        self._handed_over = True
        upload = Upload(self._staged, record)
        return upload.attended(lambda: self._publisher.publish(path, upload, replace=replace), tick)

    def discard(self) -> None:
        if not self._handed_over:
            self._staged.discard()


class Upload:
    """A complete draft on its way into the object store; it can be called off."""

    def __init__(self, staged: Draft, record: Record) -> None:
        self.record = record
        self.size = staged.size
        self._staged = staged
        self._called_off = Event()

    def attended(self, act: Callable[[], T], tick: Tick | None) -> T:
        """Do it while `tick` is called; what that raises calls the upload off."""
        if tick is None:
            return act()
        with ThreadPoolExecutor(1) as pool:
            doing = pool.submit(act)
            try:
                while wait([doing], timeout=GLANCE).not_done:
                    tick()
            except BaseException:
                self._called_off.set()
                raise
            return doing.result()

    def part(self, start: int, stop: int) -> io.BufferedReader:
        """The bytes from `start` up to `stop`, as a file."""
        return io.BufferedReader(_Span(self, start, stop), 1 << 18)

    def read_into(self, view: memoryview, offset: int) -> int:
        if self._called_off.is_set():
            raise BackendFailed("the upload was called off")
        return self._staged.read_into(view, offset)

    def end(self) -> None:
        """Remove the staged file."""
        with suppress(OSError):
            self._staged.discard()


class _Span(io.RawIOBase):
    """A part of an upload that can be read again: to sign it, and when a request is repeated."""

    def __init__(self, upload: Upload, start: int, stop: int) -> None:
        super().__init__()
        self._upload, self._start, self._stop = upload, start, stop
        self._at = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)[: self._stop - self._at]
        count = self._upload.read_into(view, self._at) if view else 0
        self._at += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._stop}[whence]
        self._at = min(max(base + offset, self._start), self._stop)
        return self.tell()

    def tell(self) -> int:
        return self._at - self._start
