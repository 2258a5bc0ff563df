"""The one exception that ends a request with an error status."""

from __future__ import annotations

Headers = tuple[tuple[str, str], ...]


class Refusal(Exception):
    """A request that is answered with an error status and a line of text.

    `close` asks for the connection to be closed after the answer, because what follows on it
    cannot be told apart any more (RFC 9112 section 9.6).
    """

    def __init__(
        self, status: int, text: str, *, headers: Headers = (), close: bool = False
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers
        self.close = close
