"""The workers of a run as the controller sees them: they end when it is told to, tidily.

pytest-xdist lets workers go on for five seconds after an interrupt and then kills them; one that
still removes its directory on somebody's storage needs to know at once, and time to finish.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

import pytest

from harness.plugin.conduct import Conduct

PATIENCE = 120.0
"""Seconds that interrupted workers have for cleaning up, all together."""
INTERRUPTED = "keyboard-interrupt"
"""What pytest-xdist says of a worker that was interrupted."""


class Crew:
    """Registered as a plugin in the controller."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._nodes: list[Any] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        self._nodes.append(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Where one was interrupted all are; what one that broke down left out is not hidden."""
        if error == INTERRUPTED:
            self._interrupt()
        elif error:
            self._conduct.problems.append(f"a worker ended before its checks: {error}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            self._interrupt()
            deadline = time.monotonic() + PATIENCE
            for node in self._working():
                # its own fault, its end, or no time left
                with contextlib.suppress(node.channel.RemoteError, EOFError, OSError):
                    node.channel.waitclose(max(0.0, deadline - time.monotonic()))

    def _interrupt(self) -> None:
        for node in self._working():
            with contextlib.suppress(ProcessLookupError):
                os.kill(node.gateway._rinfo().pid, signal.SIGTERM)

    def _working(self) -> list[Any]:
        return [n for n in self._nodes if hasattr(n, "channel") and not n.channel.isclosed()]


def hear_once() -> None:
    """In a worker: the first signal interrupts it, those that follow leave it to clean up."""
    signal.signal(signal.SIGINT, _interrupt_once)
    signal.signal(signal.SIGTERM, _interrupt_once)


def _interrupt_once(number: int, frame: object) -> None:
    # not SIG_IGN: Python complains aloud of a signal that came just before it
    signal.signal(signal.SIGINT, _leave_to_clean_up)
    signal.signal(signal.SIGTERM, _leave_to_clean_up)
    raise KeyboardInterrupt


def _leave_to_clean_up(number: int, frame: object) -> None:
    """Interrupted once is enough."""
