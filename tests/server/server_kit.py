"""Reference servers in processes of their own, for the tests of this folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.server.wire_client import Client

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 20.0


@dataclass(frozen=True)
class Server:
    """A started server as its ready line describes it."""

    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def token(self) -> str:
        return Path(self.ready["credentials"]["token"]).read_text()

    @property
    def second_token(self) -> str:
        return Path(self.ready["credentials"]["second"]["token"]).read_text()

    def client(self, **options: Any) -> Client:
        """A client with the full token, unless `token` says otherwise."""
        return Client(self.port, **{"ca": self.ready["ca"], "token": self.token, **options})


def start(
    arguments: list[str],
    count: int,
    stderr: IO[str] | None = None,
    *,
    environment: dict[str, str] | None = None,
) -> tuple[subprocess.Popen[str], list[Server]]:
    """Start a server process and read its ready lines; `stderr` takes its log."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reference_server", *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(count)]
    return process, [Server(json.loads(line)) for line in lines]


def stop(process: subprocess.Popen[str]) -> int:
    """End a server as an operator would."""
    process.send_signal(signal.SIGTERM)
    code = process.wait(timeout=START_LIMIT)
    if process.stdout is not None:
        process.stdout.close()
    return code
