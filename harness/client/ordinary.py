"""Ordinary requests, through requests: pooled connections, nothing followed, nothing assumed."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from harness.client.bounds import POOLS
from harness.client.connection import Ask
from harness.client.tls import context
from harness.identity import X509
from harness.model import Body, Exchange, Headers, Piece

PIECE = 2**16
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND"})
LEFT = "Remote end closed connection without response"
"""What http.client says of a connection that ended where the answer was to begin."""

VERSIONS = {10: "1.0", 11: "1.1", 20: "2"}


class BoundedAdapter(HTTPAdapter):
    """Takes no more of an answer than its bounds allow."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS


class Adapter(BoundedAdapter):
    """Carries our own TLS context, so that proxies, chains and CA directories are ours."""

    def __init__(self, ca: Path | None, pair: X509 | None, *, retries: int | Retry = 0) -> None:
        self._context = context(ca, pair)
        super().__init__(max_retries=retries, pool_maxsize=16)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, "ssl_context": self._context})

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """The context already says whom to trust."""


class Ordinary:
    """A session towards one server as one identity."""

    def __init__(self, ca: Path | None, pair: X509 | None) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # a ~/.netrc would replace our Authorization
        self._session.headers.clear()
        self._session.mount("https://", Adapter(ca, pair))
        self._session.mount("http://", BoundedAdapter(max_retries=0))

    def exchange(self, ask: Ask, *, endpoint: str, timeout: float) -> Exchange:
        """Send ``ask`` and read the whole answer; a transport error becomes a fault in words."""
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        began = time.monotonic()
        answer, body, fault = self._send(ask, timeout)
        if fault == LEFT and ask.method in SAFE:
            # the kept connection was closed meanwhile: RFC 9112 section 9.3.1 lets us ask again
            answer, body, fault = self._send(ask, timeout)
        seconds = round(time.monotonic() - began, 4)
        return Exchange(
            id="",
            endpoint=endpoint,
            by="client",
            started=started,
            method=ask.method,
            url=ask.url,
            request_headers=ask.headers,
            request_body=Body.of(ask.body),
            status=answer.status_code if answer is not None else 0,
            reason=answer.reason if answer is not None else "",
            version=VERSIONS.get(answer.raw.version, "") if answer is not None else "",
            headers=_headers(answer),
            pieces=(Piece(seconds, len(body)),) if body else (),
            body=Body.of(body),
            complete=answer is not None and not fault,
            seconds=seconds,
            fault=fault,
        )

    def close(self) -> None:
        self._session.close()

    def _send(self, ask: Ask, timeout: float) -> tuple[requests.Response | None, bytes, str]:
        answer, body = None, bytearray()
        try:
            request = requests.Request(ask.method, ask.url, data=ask.body or None)
            prepared = self._session.prepare_request(request)
            prepared.headers.update(ask.headers)
            answer = self._session.send(
                prepared, stream=True, allow_redirects=False, timeout=timeout
            )
            # in pieces: http.client would make room for whatever Content-Length says
            while piece := answer.raw.read(PIECE, decode_content=False):
                body += piece
            return answer, bytes(body), ""
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            return answer, bytes(body), innermost(problem)
        except ValueError as problem:  # requests looks at Location, and trips over some
            return answer, bytes(body), innermost(problem)


def _headers(answer: requests.Response | None) -> Headers:
    return tuple(answer.raw.headers.items()) if answer is not None else ()


def innermost(problem: Exception) -> str:
    """The innermost reason that says something, without object addresses."""
    inner: BaseException = problem
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return str(inner).split("(_ssl.c")[0].strip() or type(problem).__name__
