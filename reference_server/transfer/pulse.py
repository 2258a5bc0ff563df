"""Keeps the client of a COPY informed, and notices when it goes away, while a transfer waits."""

from __future__ import annotations

import select
import ssl
import time
from dataclasses import dataclass, field

from reference_server.behaviour import Behaviour
from reference_server.behaviour.cancelling import Departure
from reference_server.behaviour.markers import Progress
from reference_server.transfer.order import Direction
from reference_server.transfer.problems import Cancelled, DeadlinePassed, TransferFailed
from reference_server.transfer.running import Ticket
from reference_server.wire.channel import Channel
from reference_server.wire.tls import Stream

GLANCE = 0.1
"""Seconds between two looks at the client while data flow without a pause."""
READ_AHEAD = 64 * 1024
"""Most bytes of further requests that are kept while a transfer runs."""
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass
class Meter:
    """What markers report: changed by the transfer, read by the pulse."""

    moved: int = 0
    size: int | None = None
    connections: dict[int, str] = field(default_factory=dict)
    past: list[str] = field(default_factory=list)


class Pulse:
    """The client's side of a running transfer. All waiting of a transfer happens here."""

    def __init__(self, channel: Channel, behaviour: Behaviour, period: float) -> None:
        self.meter = Meter()
        self.direction = Direction.PULL
        self.ticket: Ticket | None = None
        self._channel = channel
        self._behaviour = behaviour
        self._period = behaviour.marker_period(period)
        self._accepted = int(time.time())
        self._last_moved: float | None = None
        self._told = -1
        self._unsent = bytearray()
        self._gone = False
        self._finished = False
        self._next_glance = time.monotonic()
        self._next_marker = self._next_glance + behaviour.first_marker_after(self._period)
        self._timeout = channel.sock.gettimeout()
        self._poll = select.poll()
        channel.sock.setblocking(False)

    @property
    def is_deserted(self) -> bool:
        """Whether a transfer goes on though its client has left, as only deviations let it."""
        return self._gone

    def start(self) -> None:
        """Send the head and the first marker."""
        self._post(self._channel.head)
        self._channel.head = b""
        self._send_due_marker()
        self._look_at_client()  # TLS may hold what the poll will not tell of

    def wait(self, sock: Stream | None, events: int, deadline: float) -> None:
        """Wait until `sock` is ready; raises Cancelled, and DeadlinePassed past the deadline."""
        if not self._gone:
            self._poll.register(self._channel.sock, self._interest())
        if sock is not None:
            self._poll.register(sock, events)
        try:
            while not self._round(deadline):
                if time.monotonic() >= deadline:
                    raise DeadlinePassed("timeout: the far side does not move")
        finally:
            if sock is not None:
                self._poll.unregister(sock)

    def pause(self, seconds: float) -> None:
        """Let time pass; raises Cancelled."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.wait(None, 0, deadline)
            except DeadlinePassed:
                return

    def tick(self) -> None:
        """To be called once per block: markers and the look at the client, when due."""
        now = self._last_moved = time.monotonic()
        if now >= self._next_marker:
            self._send_due_marker()
        if now >= self._next_glance:
            self._next_glance = now + GLANCE
            self._look_at_client()
            self._check_doom()

    def finish(self, problem: str | None) -> None:
        """Send the result line and the end of the stream, waiting as long as it takes."""
        if self._gone:
            raise Cancelled
        self._finished = True
        for line in self._last_lines(problem):
            self._channel.told.append(line.rstrip("\n"))
            self._post(self._behaviour.frame(line.encode(), chunked=self._channel.chunked))
        end = self._behaviour.end_of_stream(chunked=self._channel.chunked)
        self._post(end)
        self._channel.sock.settimeout(self._timeout)
        self._channel.sock.sendall(self._unsent)
        if self._channel.chunked and not end:
            raise Cancelled  # a deviation: without its end the connection is of no more use

    def _last_lines(self, problem: str | None) -> list[str]:
        beside = self.ticket.beside if self.ticket is not None else 0
        told = self._behaviour.tells_result(beside=beside)
        return self._behaviour.result_lines(problem, self._progress()) if told else []

    def _round(self, deadline: float) -> bool:
        """One round of waiting; True when the far side's socket is ready."""
        self._send_due_marker()
        self._check_doom()
        client = -1
        if not self._gone:
            client = self._channel.sock.fileno()
            self._poll.modify(client, self._interest())
        pause = min(deadline, self._next_marker) - time.monotonic()
        found = self._poll.poll(max(0.0, pause) * 1000)
        if any(fd == client for fd, _ in found):
            self._look_at_client()
            self._flush()
        return any(fd != client for fd, _ in found)

    def _interest(self) -> int:
        """What to wait for at the client: it speaks or leaves, and room for unsent markers."""
        crowded = len(self._channel.inbox.held) >= READ_AHEAD
        events = select.POLLRDHUP if crowded else select.POLLIN | select.POLLRDHUP
        return events | (select.POLLOUT if self._unsent and not self._held_back() else 0)

    def _look_at_client(self) -> None:
        """Take what the client sent; raises Cancelled when it closed or reset."""
        try:
            while not self._gone and len(self._channel.inbox.held) < READ_AHEAD:
                data = self._channel.sock.recv(4096)
                if not data:
                    self._client_left(Departure.CLOSE)
                self._channel.inbox.held += data
        except WOULD_BLOCK:
            return
        except OSError:
            self._client_left(Departure.RESET)

    def _client_left(self, departure: Departure) -> None:
        """Raises Cancelled, unless a deviation goes on without a client."""
        goes_on = self.direction is Direction.PUSH and self._behaviour.ends_cancelled_push()
        if not goes_on and self._behaviour.cancels(
            self.direction, departure, moved=self.meter.moved
        ):
            raise Cancelled
        self._gone = True
        self._poll.unregister(self._channel.sock)

    def _check_doom(self) -> None:
        if self.ticket is not None and self.ticket.doomed:
            raise TransferFailed("cancelled along with another transfer")

    def _send_due_marker(self) -> None:
        now = time.monotonic()
        if now < self._next_marker:
            return
        self._next_marker += self._period
        if self._next_marker < now:
            self._next_marker = now + self._period
        if self._unsent and not self._held_back():
            return  # the client does not read: one marker more would not help
        if not self._behaviour.marker_is_worth_it(moved=self.meter.moved, before=self._told):
            return
        self._told = self.meter.moved
        text = self._behaviour.marker_text(self._progress())
        self._channel.markers.append(text)
        for piece in self._behaviour.marker_chunks(text):
            self._post(self._behaviour.frame(piece, chunked=self._channel.chunked))

    def _progress(self) -> Progress:
        meter, now, moved = self.meter, time.time(), self._last_moved
        return Progress(
            moved=meter.moved,
            size=meter.size,
            connections=tuple(meter.connections.values()),
            past=tuple(meter.past),
            now=int(now),
            accepted=self._accepted,
            last_moved=None if moved is None else int(now - (time.monotonic() - moved)),
        )

    def _held_back(self) -> bool:
        return self._behaviour.holds_stream_back(finished=self._finished)

    def _post(self, data: bytes) -> None:
        self._unsent += data
        self._flush()

    def _flush(self) -> None:
        """Write what the client takes without waiting."""
        try:
            while self._unsent and not self._gone and not self._held_back():
                sent = self._channel.sock.send(self._unsent)
                del self._unsent[:sent]
        except WOULD_BLOCK:
            return
        except OSError:
            self._client_left(Departure.RESET)
