"""What this server saw of its clients, one JSON object a line: for whoever judges a client.

    asked     connection, request, at, method, target, headers, subject
    answered  connection, request, at, status, headers, document, lines, markers
    closed    connection, at, by

Times are monotonic seconds. Credentials are told apart by the beginning of their SHA-256 and
never written. `document` is the body of a request that asks for properties or for a macaroon,
`lines` and `markers` are the result lines and the latest markers of a COPY, `by` says who ended
the connection.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from reference_server.refusal import Headers
from reference_server.wire.channel import Channel
from reference_server.wire.heads import RequestHead
from reference_server.wire.responses import Response

LONGEST = 4096
"""Characters of a document that are kept."""

_SECRET_FIELD = re.compile(r"authorization$|cookie$", re.IGNORECASE)
_SECRET_QUERY = re.compile(r"(?<=[?&])((?:authz|access_token|ticket)=)([^&\s\"]+)")


class AccessLog:
    """Writes lines to a file that only its owner reads; without a place it writes nothing."""

    def __init__(self, place: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._file = None
        if place is not None:
            how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.fdopen(os.open(place, how, 0o600), "a", encoding="utf-8", buffering=1)

    def visit(self) -> Visit:
        """The part of one connection."""
        with self._lock:
            return Visit(self, next(self._numbers))

    def note(self, event: str, **facts: object) -> None:
        """One line; nothing secret may be in `facts`."""
        if self._file is None:
            return
        line = json.dumps({"event": event, "at": time.monotonic(), **facts})
        with self._lock:
            self._file.write(line + "\n")


@dataclass(slots=True)
class Visit:
    """What one connection writes into the log."""

    log: AccessLog
    connection: int
    request: int = 0

    def asked(self, head: RequestHead, subject: str | None) -> None:
        """A request whose head has come."""
        self.request += 1
        self.log.note(
            "asked",
            **self._where(),
            method=head.method,
            target=shown_target(head.target),
            headers=shown(head.headers),
            subject=subject or "",
        )

    def answered(self, response: Response, document: bytes, channel: Channel | None) -> None:
        """The answer to it has been sent, or sent as far as it went."""
        self.log.note(
            "answered",
            **self._where(),
            status=response.status,
            headers=shown(response.headers),
            document=document[:LONGEST].decode("utf-8", "replace"),
            lines=channel.told if channel else [],
            markers=list(channel.markers) if channel else [],
        )

    def closed(self, by: str) -> None:
        """The connection is over; `by` is `client` or `server`."""
        self.log.note("closed", connection=self.connection, by=by)

    def _where(self) -> dict[str, object]:
        return {"connection": self.connection, "request": self.request}


def shown(headers: Headers) -> list[tuple[str, str]]:
    """Header fields without what is secret in them."""
    return [
        (name, fingerprint(value) if _SECRET_FIELD.search(name) else shown_target(value))
        for name, value in headers
    ]


def fingerprint(value: str) -> str:
    """A credential by its scheme and the beginning of its SHA-256: enough to know it again."""
    scheme, blank, secret = value.strip().rpartition(" ")
    return f"{scheme}{blank}sha256:{hashlib.sha256(secret.encode()).hexdigest()[:16]}"


def shown_target(target: str) -> str:
    """A target or URL with the credentials in its query as fingerprints."""
    return _SECRET_QUERY.sub(lambda found: found[1] + fingerprint(found[2]), target)
