"""Seams of what is sent to the far side, and of what its answers mean."""

from __future__ import annotations

import ssl

from reference_server.refusal import Headers
from reference_server.transfer.remote_url import RemoteUrl

MAX_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})
UPLOADED = frozenset({200, 201, 202, 204})


class OutgoingSeams:
    """Decisions of the active party as an HTTP client."""

    def method_of_pull(self) -> str:
        return "GET"

    def method_of_push(self) -> str:
        return "PUT"

    def request_target(self, url: RemoteUrl) -> str:
        """Path and query as they were given, byte for byte."""
        return url.target

    def connect_port(self, url: RemoteUrl) -> int:
        return url.port

    def host_field(self, url: RemoteUrl, transfer_headers: Headers) -> str:
        """Value of Host: always the far side's authority."""
        return url.authority

    def transfer_headers_on(self, method: str, headers: Headers) -> Headers:
        """Transfer headers of one request: all of them, auxiliary requests included."""
        return headers

    def copy_fields_passed_on(self, copy_headers: Headers) -> Headers:
        """Fields of the COPY itself that go to the far side: none, its Authorization least."""
        return ()

    def after_redirect(self, headers: Headers, *, same_origin: bool) -> Headers:
        """Transfer headers on a redirected request: secrets stay with their origin."""
        if same_origin:
            return headers
        return tuple(item for item in headers if item[0].lower() not in SECRETS)

    def follows_redirect(self, method: str, status: int) -> bool:
        return status in REDIRECTS

    def may_hop(self, hops: int) -> bool:
        """Whether to follow one more redirect."""
        return hops < MAX_HOPS

    def in_the_clear(self, headers: Headers) -> Headers | None:
        """Transfer headers where a redirect leads from https to http; None does not follow it."""
        return None

    def protocols_offered(self) -> tuple[str, ...]:
        """What is offered by ALPN: nothing, so that HTTP/1.1 is spoken (RFC 7301)."""
        return ()

    def verifies_certificate(self) -> bool:
        return True

    def name_to_verify(self, host: str) -> str | None:
        """Host name the certificate must bear; None compares none."""
        return host

    def may_contact(self, *, link_local: bool) -> bool:
        """Whether an address is contacted: link-local ones belong to the machine itself."""
        return not link_local

    def is_delivered(self, status: int) -> bool:
        """Whether the answer to a GET is the file."""
        return status == 200

    def is_uploaded(self, status: int) -> bool:
        """Whether the answer to a PUT says that the file is there."""
        return status in UPLOADED

    def tolerates_unreachable(self) -> bool:
        """Whether a far side that cannot be reached counts as an empty file."""
        return False

    def waits_for_unreachable(self) -> float:
        """Seconds to wait before a far side that cannot be reached makes the transfer fail."""
        return 0.0

    def incomplete_body_is_fine(self) -> bool:
        """Whether a body that ends before its announced end counts as complete."""
        return False

    def takes_break_for_end(self) -> bool:
        """Whether a body that ends with the connection is complete without close_notify."""
        return False

    def only_tls(self) -> ssl.TLSVersion | None:
        """The one version of TLS that is offered; None: 1.2 and all that are newer."""
        return None

    def empty_file_problem(self) -> str | None:
        """Why a file of no bytes cannot be transferred: there is no reason."""
        return None

    def expects_continue(self, size: int) -> bool:
        """Whether a PUT waits for 100 before its body."""
        return size > 0

    def no_continue_came(self) -> None:
        """Called before a body that no 100 asked for (RFC 9110 10.1.1): nothing is wrong."""

    def takes_sent_for_stored(self) -> bool:
        """Whether a push is over with its last byte: no, the far side says when it has the file."""
        return False

    def size_to_push(self, size: int) -> int:
        return size

    def checks_far_target(self, *, may_overwrite: bool) -> bool:
        """Whether a push looks at the far side first, and makes its PUT conditional."""
        return not may_overwrite

    def block_to_store(self, block: memoryview, *, stored: int) -> memoryview | bytes:
        """A received block as it is written behind so many bytes."""
        return block

    def contacts_source(self) -> bool:
        return True

    def failure_text(self, text: str) -> str:
        """Text for the result line: one line, of bounded length."""
        return " ".join(text.split())[:500] or "unknown reason"
