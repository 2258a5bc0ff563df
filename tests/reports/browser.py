"""A headless Chromium driven over its debugging pipe: no network, no other package."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)
DEADLINE = 60.0
"""Seconds that any one answer of the browser may take on a busy machine."""


class Tab:
    """One page. ``problems`` collects uncaught errors and refusals of the content policy."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._number, self._buffer = 0, b""
        self.problems: list[str] = []
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, path: Path, fragment: str = "", *, scripts: bool = True) -> None:
        """Load a file and wait until it is complete."""
        self._call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=f"{path.as_uri()}{fragment}")
        self.wait("location.protocol == 'file:' && document.readyState == 'complete'")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page; raises AssertionError when it throws."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not self.run(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the window and the preferred colours."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def pdf(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("Page.printToPDF")["data"]))

    def _call(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Runtime.exceptionThrown":
            self.problems.append(str(event["params"]["exceptionDetails"]))
        if event.get("method") == "Log.entryAdded":
            self.problems.append(event["params"]["entry"]["text"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], DEADLINE)
            assert ready, "the browser does not answer"
            received = os.read(self._reading, 1 << 20)
            assert received, "the browser has gone"
            self._buffer += received
        text, self._buffer = self._buffer.split(b"\0", 1)
        return dict(json.loads(text))


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """A tab of a browser of our own, with a profile of its own, gone at the end."""
    to_browser, writing = os.pipe()
    reading, from_browser = os.pipe()
    # The protocol wants descriptors 3 and 4; a shell is the portable way to place them.
    command = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", command, str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Tab(reading, writing)
    finally:
        process.terminate()
        process.wait(30)
        os.close(writing)
        os.close(reading)
