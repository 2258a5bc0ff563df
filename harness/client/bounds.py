"""How much of an answer is taken, and how slowly it may come: an endpoint may send without end."""

from __future__ import annotations

import http.client
import io
import math
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

MOST_BYTES = 2**27
"""Of one answer: nearly twice the largest file that a check asks for."""

SLOWEST = 10_000
"""Bytes a second: what comes slower than that, once the time to answer is over, has no end."""


def too_much(size: int) -> str:
    """What is wrong with an answer of so many bytes so far; empty if nothing is."""
    return f"the answer has more than {MOST_BYTES} bytes" if size > MOST_BYTES else ""


class Bounded(io.RawIOBase):
    """What a connection delivers, as long as it is neither too much nor too slow.

    Raises OSError and TimeoutError. The time to answer is ``patience`` seconds.
    """

    def __init__(self, raw: io.RawIOBase, patience: float) -> None:
        self._raw = raw
        self._patience = patience
        self._began = time.monotonic()
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count = self._raw.readinto(buffer)
        self._size += count or 0
        if problem := too_much(self._size):
            raise OSError(problem)
        if time.monotonic() - self._began > self._patience + self._size / SLOWEST:
            raise TimeoutError(f"no end of the answer within {self._patience:g} s")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: Any, *given: Any, **named: Any) -> None:
        super().__init__(sock, *given, **named)
        plain: io.BufferedReader = self.fp
        patience = sock.gettimeout()
        self.fp = io.BufferedReader(
            Bounded(plain.detach(), math.inf if patience is None else patience)
        )


class _Plain(HTTPConnection):
    response_class = _Answer


class _Encrypted(HTTPSConnection):
    response_class = _Answer


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


POOLS = {"http": _PlainPool, "https": _EncryptedPool}
"""Connections for urllib3 whose answers are bounded."""
