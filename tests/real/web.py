"""A plain web server as a far side: no Digest, no WebDAV, no TLS, nobody asked for a name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast bodies go out: a pause in seconds after every 64 KiB, until `done`."""

    pause: float
    done: threading.Event = field(default_factory=threading.Event)
    broken: threading.Event = field(default_factory=threading.Event)
    """Set once a reader went away in the middle of a body."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running server, and whether somebody went away in the middle of a body."""

    url: str
    broken: threading.Event


class Handler(SimpleHTTPRequestHandler):
    """Files of a directory at a given pace."""

    def __init__(self, *rest: Any, pace: Pace, **named: Any) -> None:
        self.pace = pace
        super().__init__(*rest, **named)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send the body; whoever reads it may go away."""
        while piece := source.read(PIECE):
            try:
                outputfile.write(piece)
            except OSError:
                self.pace.broken.set()
                return
            if self.pace.pause:
                self.pace.done.wait(self.pace.pause)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: answers are looked at, not a log."""


@contextmanager
def serving(directory: Path, *, pause: float = 0.0) -> Iterator[Site]:
    """Serve the files of a directory as long as it is needed."""
    pace = Pace(pause)
    handler = partial(Handler, directory=directory, pace=pace)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Site(f"http://localhost:{server.server_port}", pace.broken)
        finally:
            pace.done.set()
            server.shutdown()
            thread.join()
