"""Start servers, tell how to reach them, end them cleanly."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from reference_server.auth.authenticator import Authenticator
from reference_server.auth.bearer import OwnIssuer, TokenJudge
from reference_server.connection import Connection
from reference_server.deviations import all_deviations, behaviour_with
from reference_server.deviations.registry import UnknownDeviation
from reference_server.options import USAGE_ERROR, Options, parse_options
from reference_server.pki import Files, write_pki, write_secret
from reference_server.server import Door, FarTls, Limits, Parts, server_context
from reference_server.store import Store
from reference_server.store.disk import DiskStore
from reference_server.store.memory import MemoryStore


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    options = parse_options(arguments)
    if options.list_deviations:
        print(json.dumps(deviation_list(), indent=1))  # noqa: T201
        return 0
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    work = Path(tempfile.mkdtemp(prefix="httptpc-server-"))
    try:
        return _run(options, work)
    except (UnknownDeviation, OSError, ValueError) as problem:
        sys.stderr.write(f"reference_server: {problem}\n")
        return USAGE_ERROR
    finally:
        shutil.rmtree(work, ignore_errors=True)


def deviation_list() -> list[dict[str, Any]]:
    """Every deviation as `--list-deviations` prints it."""
    return [
        {
            "name": item.name,
            "breaks": list(item.breaks),
            "also": dict(item.also),
            "seen_in": item.seen_in,
            "summary": item.summary,
        }
        for item in all_deviations()
    ]


def _run(options: Options, work: Path) -> int:
    files = None if options.cert else write_pki(work)
    names = [f"{options.name}-a", f"{options.name}-b"] if options.pair else [options.name]
    running = [RunningServer(options, work, name, files) for name in names]
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for server in running:
        server.start()
        sys.stdout.write(json.dumps(server.ready_line()) + "\n")
    sys.stdout.flush()
    ended.wait()
    for server in running:
        server.stop()
    return 0


class RunningServer:
    """One server with its door, store and credentials."""

    def __init__(self, options: Options, work: Path, name: str, files: Files | None) -> None:
        self.name = name
        self.files = files
        self.folder = work / name
        self.folder.mkdir()
        behaviour = behaviour_with(options.deviations)
        cert, key, self.trust = _tls_files(options, files)
        self.door = Door(options.port if name.endswith("a") or not options.pair else 0)
        self.url = f"https://localhost:{self.door.port}"
        self.issuer = OwnIssuer(self.url)
        judge = TokenJudge(behaviour, [self.issuer.as_trusted()])
        judge.audiences.append(self.url)
        self.tls = server_context(cert, key, self.trust)
        self.parts = Parts(
            name=name,
            behaviour=behaviour,
            store=_store(options, work, name),
            authenticator=Authenticator(behaviour, judge),
            far_tls=FarTls(self.trust),
            limits=Limits(marker_period=options.marker_period),
        )

        self.parts.own.ports["https"].add(self.door.port)

    def start(self) -> None:
        """Accept connections in a thread."""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, address = self.door.socket.accept()
                connection = Connection(self.parts, sock, address[0], self.tls)
                threading.Thread(target=connection.serve, daemon=True).start()

    def stop(self) -> None:
        """Take no more connections and drop what is temporary."""
        self.door.close()
        self.parts.store.close()

    def ready_line(self) -> dict[str, Any]:
        """What a starter needs to know."""
        return {
            "name": self.name,
            "url": self.url,
            "ca": str(self.files.ca if self.files else self.trust),
            "capath": str(self.files.capath if self.files else self.trust),
            "pid": os.getpid(),
            "credentials": self._credentials(),
        }

    def _credentials(self) -> dict[str, Any]:
        token, second = self.folder / "token", self.folder / "other-token"
        write_secret(token, self.issuer.issue("owner", FULL_SCOPE).encode())
        write_secret(second, self.issuer.issue("reader", "storage.read:/").encode())
        found: dict[str, Any] = {"token": str(token), "second": {"token": str(second)}}
        if self.files is not None:
            found["cert"] = str(self.files.user_cert)
            found["key"] = str(self.files.user_key)
            found["proxy"] = str(self.files.proxy)
        return found


FULL_SCOPE = "storage.read:/ storage.modify:/ storage.create:/ storage.stage:/ storage.stat:/"


def _tls_files(options: Options, files: Files | None) -> tuple[Path, Path, Path]:
    if files is not None:
        return files.cert, files.key, options.trust or files.capath
    if options.cert is None or options.key is None or options.trust is None:
        raise ValueError("--cert, --key and --capath (or --ca) belong together")
    return options.cert, options.key, options.trust


def _store(options: Options, work: Path, name: str) -> Store:
    if options.store == "memory:":
        return MemoryStore()
    if options.store is None:
        return DiskStore(work / name / "store", durable=False, temporary=True)
    place = Path(options.store)
    if not place.is_dir():
        raise ValueError(f"--store {place}: no such directory")
    return DiskStore(place / name if options.pair else place)
