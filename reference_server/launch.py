"""Start servers, tell how to reach them, end them cleanly."""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from reference_server.claims import claim, sweep
from reference_server.deviations import all_deviations
from reference_server.deviations.registry import UnknownDeviation
from reference_server.options import USAGE_ERROR, Options, parse_options
from reference_server.personalities import UnknownPersonality, all_personalities
from reference_server.pki import write_pki
from reference_server.service import Service

WORK_PREFIX = "httptpc-server-"
LOOK = 2.0
"""Seconds between two looks for the parent."""
SWITCH_INTERVAL = 0.02
"""Seconds a thread may run Python while others wait. Each of those wakes up as often to ask, and
with thousands of transfers that alone would fill a core; most threads give way sooner anyway."""


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    parent = os.getppid()  # before anything takes time in which it could end
    options = parse_options(arguments)
    if options.list_deviations or options.list_personalities:
        rows = deviation_list() if options.list_deviations else personality_list()
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    allow_many_files()
    sys.setswitchinterval(SWITCH_INTERVAL)
    sweep(Path(tempfile.gettempdir()), f"{WORK_PREFIX}*")
    work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX))
    held = claim(work)
    try:
        return _run(options, work, parent)
    except (UnknownDeviation, UnknownPersonality, OSError, ValueError) as problem:
        sys.stderr.write(f"reference_server: {problem}\n")
        return USAGE_ERROR
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(held)


def allow_many_files() -> None:
    """A transfer holds three descriptors: raise the soft limit as far as we may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def deviation_list() -> list[dict[str, Any]]:
    """Every deviation as `--list-deviations` prints it."""
    return [
        {
            "name": item.name,
            "breaks": list(item.breaks),
            "also": dict(item.also),
            "seen_in": item.seen_in,
            "seam": item.seam,
            "summary": item.summary,
        }
        for item in all_deviations()
    ]


def personality_list() -> list[dict[str, Any]]:
    """Every personality as `--list-personalities` prints it."""
    return [
        {
            "name": item.name,
            "product": item.product,
            "differences": [
                {"name": d.name, "source": d.source, "warns": d.warns, "summary": d.summary}
                for d in item.differences
            ],
        }
        for item in all_personalities()
    ]


def _run(options: Options, work: Path, parent: int) -> int:
    ended = _ended_by_signal()
    files = None if options.cert else write_pki(work)
    names = [f"{options.name}-a", f"{options.name}-b"] if options.pair else [options.name]
    services: list[Service] = []
    try:
        for name in names:
            services.append(Service(options, name, work, files))
            options = replace(options, port=0)  # only the first has the port that was asked for
        for service in services:
            service.start()
            sys.stdout.write(json.dumps(service.ready_line()) + "\n")
        sys.stdout.flush()
        gc.freeze()  # what is there now stays: no collection has to look through it again
        _wait(ended, parent if options.end_with_parent else None)
    finally:
        for service in services:
            service.stop()
    return 0


def _wait(ended: threading.Event, parent: int | None) -> None:
    """Until a signal, or the end of the parent: what was killed cannot end its servers."""
    while not ended.wait(LOOK if parent is not None else None):
        if os.getppid() != parent:
            return


def _ended_by_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return ended
