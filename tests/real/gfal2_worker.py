"""Calls of gfal2 in a process of its own, since Debian's bindings belong to Debian's Python.

Reads one JSON object from stdin: `tokens` (URL -> bearer token), `options` (name -> value of the
group HTTP PLUGIN) and `calls` (lists of a name of ACTIONS and its arguments). Writes one JSON list:
per call `{"value": ...}` or `{"error": errno, "text": ...}`.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

import gfal2

GROUP = "HTTP PLUGIN"
SECONDS = 60
VALIDITY_MINUTES = 5


def prepare(job: dict[str, Any]) -> Any:
    """A context with the options and tokens of a job."""
    context = gfal2.creat_context()
    for name, value in job.get("options", {}).items():
        setter = context.set_opt_boolean if isinstance(value, bool) else context.set_opt_string
        setter(GROUP, name, value)
    for url, token in job.get("tokens", {}).items():
        context.cred_set(url, context.cred_new("BEARER", token))
    return context


def stat(context: Any, url: str) -> dict[str, int]:
    found = context.stat(url)
    return {"size": found.st_size, "mode": found.st_mode}


def mkdir(context: Any, url: str) -> None:
    context.mkdir_rec(url, 0o755)


def macaroon(context: Any, url: str, *, write: bool) -> str:
    return str(context.token_retrieve(url, "", VALIDITY_MINUTES, write))


def copy(context: Any, source: str, destination: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """Copy a file; how gfal2 did it, by its own events, and what it told of the progress.

    `wishes` are transfer parameters; `adler32` is the expected checksum, None: compare none.
    """
    how: list[str] = []
    progress: list[int] = []
    parameters = context.transfer_parameters()
    parameters.timeout = SECONDS
    parameters.event_callback = lambda event: how.append(f"{event.stage} {event.description}")
    parameters.monitor_callback = lambda *told: progress.append(told[4])
    checksum = wishes.pop("adler32", "")
    if checksum is not None:
        parameters.set_checksum(gfal2.checksum_mode.both, "ADLER32", checksum)
    for name, value in wishes.items():
        setattr(parameters, name, value)
    context.filecopy(parameters, source, destination)
    modes = [text.split()[-1] for text in how if text.startswith("TRANSFER:TYPE")]
    return {"modes": modes, "progress": progress}


def broken_off(context: Any, source: str, destination: str) -> None:
    """Cancel a copy as soon as something of its progress is known."""
    parameters = context.transfer_parameters()
    parameters.timeout = SECONDS
    # Not from within the callback: cancel() waits for the copy, which waits for its callback.
    cancelling = threading.Thread(target=context.cancel)

    def cancel_once(*_: object) -> None:
        if cancelling.ident is None:
            cancelling.start()

    parameters.monitor_callback = cancel_once
    context.filecopy(parameters, source, destination)


ACTIONS: dict[str, Callable[..., Any]] = {
    "broken off": broken_off,
    "checksum": lambda context, url, kind: context.checksum(url, kind),
    "copy": copy,
    "listdir": lambda context, url: context.listdir(url),
    "macaroon": lambda context, url, write: macaroon(context, url, write=write),
    "mkdir": mkdir,
    "rename": lambda context, old, new: context.rename(old, new),
    "rmdir": lambda context, url: context.rmdir(url),
    "stat": stat,
    "unlink": lambda context, url: context.unlink(url),
}


def answer(context: Any, name: str, words: list[Any]) -> dict[str, Any]:
    try:
        return {"value": ACTIONS[name](context, *words)}
    except gfal2.GError as error:
        return {"error": error.code, "text": error.message}


def main() -> None:
    job = json.load(sys.stdin)
    context = prepare(job)
    json.dump([answer(context, name, words) for name, *words in job["calls"]], sys.stdout)


if __name__ == "__main__":
    main()
