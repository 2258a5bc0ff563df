"""2,000 slow COPYs held at once: how late markers are, and how much memory that takes.

The far side sends a little every second and never comes to an end. Source and clients are one
event loop in this process, so what it is late itself counts against the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import ssl
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.servers import base, token
from fixtures.kinds import Started, reference
from fixtures.pki import Testbed

COPIES = 2000
PERIOD = 5.0
"""Seconds between markers: what servers do by default."""
HOLD = 30.0
"""Seconds for which all are under way, after the last was accepted."""
RAMP = 120.0
"""Most seconds until all are under way."""
OPENING = 32
"""Handshakes at a time."""
DRIP = b"d" * 1024
LATE_TARGET, MEMORY_TARGET = 0.5, 500


@dataclass(frozen=True, slots=True)
class Held:
    """Lateness in seconds of every marker while all COPYs were under way; peak memory in MB."""

    copies: int
    ramp: float
    lateness: list[float]
    ramp_lateness: list[float]
    memory: float

    @property
    def p99(self) -> float:
        return percentile(self.lateness, 0.99)

    @property
    def p99_of_ramp(self) -> float:
        return percentile(self.ramp_lateness, 0.99)

    def lines(self) -> list[str]:
        late = "met" if self.p99 <= LATE_TARGET else "MISSED"
        much = "met" if self.memory <= MEMORY_TARGET else "MISSED"
        return [
            f"{self.copies} slow COPYs, all under way after {self.ramp:.1f} s",
            f"markers late: p99 {self.p99:.3f} s (target {LATE_TARGET}, {late}), median "
            f"{statistics.median(self.lateness):.3f} s, most {max(self.lateness):.3f} s of "
            f"{len(self.lateness)}; while starting: p99 {self.p99_of_ramp:.3f} s",
            f"memory of the server: {self.memory:.0f} MB at most (target {MEMORY_TARGET}, {much})",
        ]

    def told(self) -> dict[str, object]:
        return {
            "copies": self.copies,
            "period_s": PERIOD,
            "ramp_s": self.ramp,
            "markers": len(self.lateness),
            "late_p99_s": self.p99,
            "late_median_s": statistics.median(self.lateness),
            "late_max_s": max(self.lateness),
            "late_p99_while_starting_s": self.p99_of_ramp,
            "server_peak_mb": self.memory,
            "targets": {"late_p99_s": LATE_TARGET, "server_peak_mb": MEMORY_TARGET},
        }


@dataclass
class Copies:
    """The COPYs under way: when each marker of each of them came (monotonic seconds)."""

    wanted: int
    tls: ssl.SSLContext
    arrivals: list[list[float]] = field(default_factory=list)
    under_way: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def begun(self) -> list[float]:
        self.arrivals.append([])
        return self.arrivals[-1]

    def marked(self, times: list[float]) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            self.under_way += 1
            self.changed.set()

    async def all_under_way(self) -> None:
        while self.under_way < self.wanted:
            self.changed.clear()
            await self.changed.wait()


def held(copies: int = COPIES) -> Held:
    """Start a server, hold the COPYs, measure, end everything."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="httptpc-many-") as place:
        testbed = Testbed.create(Path(place) / "testbed")
        with _server(testbed, Path(place)) as server:
            return asyncio.run(_measure(testbed, server, copies))


@contextlib.contextmanager
def _server(testbed: Testbed, folder: Path) -> Iterator[Started]:
    wishes = {"options": ["--marker-period", str(PERIOD)]}
    started = reference.start(testbed, folder / "r", name="many", wishes=wishes)
    try:
        yield started
    finally:
        started.stop()


async def _measure(testbed: Testbed, server: Started, count: int) -> Held:
    copies, opening = (
        Copies(count, ssl.create_default_context(cafile=str(server.ca))),
        asyncio.Semaphore(OPENING),
    )
    began = time.monotonic()
    async with _source(testbed) as source:
        work = [asyncio.create_task(_copy(server, source, copies, opening)) for _ in range(count)]
        watch = asyncio.gather(*work)
        async with asyncio.timeout(RAMP):
            await _first(asyncio.create_task(copies.all_under_way()), watch)
        since = time.monotonic()
        await asyncio.wait([watch], timeout=HOLD)
        memory = _peak(server.pid)
        watch.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    late = [item for times in copies.arrivals for item in lateness(times)]
    return Held(
        copies=copies.under_way,
        ramp=since - began,
        lateness=[value for at, value in late if at >= since],
        ramp_lateness=[value for at, value in late if at < since],
        memory=memory,
    )


async def _first(wanted: asyncio.Task[None], watch: asyncio.Future[list[None]]) -> None:
    """Wait for `wanted`; a COPY that ends before raises what it met."""
    both: set[asyncio.Future[object]] = {wanted, watch}  # type: ignore[arg-type]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if not wanted.done():
        wanted.cancel()
        watch.result()


def lateness(times: list[float]) -> list[tuple[float, float]]:
    """When each marker came and how late it was against the earliest rhythm that fits them all."""
    start = min((at - number * PERIOD for number, at in enumerate(times)), default=0.0)
    return [(at, at - number * PERIOD - start) for number, at in enumerate(times)]


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _copy(server: Started, source: str, copies: Copies, opening: asyncio.Semaphore) -> None:
    """One COPY until it is cancelled; raises RuntimeError if it ends by itself."""
    parts, number = urlsplit(base(server)), len(copies.arrivals)
    times = copies.begun()
    async with opening:
        reader, writer = await asyncio.open_connection("localhost", parts.port, ssl=copies.tls)
        try:
            writer.write(
                f"COPY {parts.path}/slow-{number} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Authorization: Bearer {token(server)}\r\nCredential: none\r\n"
                f"Source: {source}/{number}\r\n\r\n".encode()
            )
            await reader.readuntil(b"End\n")
            copies.marked(times)
        except BaseException:
            writer.close()
            raise
    try:
        while True:
            await reader.readuntil(b"End\n")
            copies.marked(times)
    except asyncio.IncompleteReadError as problem:
        raise RuntimeError(f"a COPY ended: {problem.partial!r}") from None
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def _source(testbed: Testbed) -> AsyncIterator[str]:
    """The slow far side; yields its URL."""
    host = testbed.host()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(host.cert, host.key)
    async with await asyncio.start_server(
        _drip, "localhost", 0, ssl=context, backlog=COPIES
    ) as listener:
        port = listener.sockets[0].getsockname()[1]
        yield f"https://localhost:{port}"


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body that comes slowly, until the other side leaves."""
    ends = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
    with contextlib.suppress(*ends):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while not writer.is_closing():
            writer.write(DRIP)
            await writer.drain()
            await asyncio.sleep(1)
    writer.close()


def _peak(pid: int) -> float:
    """Peak resident memory of a process, MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000
