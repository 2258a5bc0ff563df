"""Random operations on two servers: after every one they show what a simple model says."""

from __future__ import annotations

import socket
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.server.agreement.sides import Side
from tests.server.scripted_peer import Peer, Seen, reply
from tests.server.server_kit import start, stop
from tests.server.wire_client import Answer

PATHS = st.sampled_from(["/a", "/b", "/a/x", "/a/y", "/b/x", "/d%20e%C3%A9"])
CONTENTS = st.sampled_from([b"", b"x", b"hello, world", b"0123456789" * 7000, bytes(300_000)])
SIDES = st.sampled_from(["a", "b"])
ONCE, TWICE = st.sampled_from(["plain", "chunked", "expect"]), st.booleans()
CONDITIONS = st.sampled_from(
    ["", "", "If-None-Match: *", "If-Match: *", "If-Match: tag", 'If-Match: "other"']
)
PROBLEMS = ("wrong", "short", "refused", "cut", "coded")


@dataclass
class Ground:
    """Two servers, and a far side that fails in the way its path says."""

    sides: dict[str, Side]
    peer: Peer
    steps: int = 0


class Agreement(RuleBasedStateMachine):
    """Operations on both servers."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        for side in ground.sides.values():
            side.begin(f"/{uuid.uuid4().hex}")

    def side(self, name: str) -> Side:
        self.ground.steps += 1
        return self.ground.sides[name]

    @rule(where=SIDES, path=PATHS, content=CONTENTS, how=ONCE, condition=CONDITIONS)
    def put(self, where: str, path: str, content: bytes, how: str, condition: str) -> None:
        side = self.side(where)
        headers = self._condition(side, path, condition)
        known = path in side.tree.nodes
        holds = {"": True, "If-None-Match: *": not known, 'If-Match: "other"': False}
        expected = side.tree.put(path, content, holds=holds.get(condition, known))
        assert self._uploaded(side, path, (content, how), headers) // 100 == expected // 100

    @rule(where=SIDES, path=PATHS, content=CONTENTS, right=st.booleans(), name=st.booleans())
    def put_with_checksum(
        self, where: str, path: str, content: bytes, right: bool, name: bool
    ) -> None:
        side = self.side(where)
        value = f"{zlib.adler32(content) ^ (0 if right else 1):08x}"
        headers = {"Digest": f"adler32={value}", **({"Want-Digest": "md5"} if name else {})}
        expected = side.tree.put(path, content, fits=right)
        answer = side.ask("PUT", path, headers, content)
        assert answer.status // 100 == expected // 100
        if name and answer.status < 300:
            assert answer.headers["digest"].startswith("md5=")

    @rule(where=SIDES, path=PATHS, first=st.integers(0, 20), last=st.integers(0, 80_000))
    def get(self, where: str, path: str, first: int, last: int) -> None:
        side = self.side(where)
        content = side.tree.content(path)
        whole, part = (
            side.ask("GET", path),
            side.ask("GET", path, {"Range": f"bytes={first}-{last}"}),
        )
        head = side.ask("HEAD", path, {"Want-Digest": "adler32"})
        if content is None:
            missing = 200 if side.tree.is_collection(path) else 404
            assert {whole.status, head.status, part.status} == {missing}
            return
        assert (whole.status, whole.body) == (200, content)
        assert head.headers["content-length"] == str(len(content))
        assert head.headers["digest"] == f"adler32={zlib.adler32(content):08x}"
        if last < first:
            assert part.body == content  # no valid range
        elif first >= len(content):
            assert part.status == 416
        else:
            assert (part.status, part.body) == (206, content[first : last + 1])

    @rule(where=SIDES, path=PATHS)
    def delete(self, where: str, path: str) -> None:
        side = self.side(where)
        expected = side.tree.delete(path)
        assert side.ask("DELETE", path).status == expected

    @rule(where=SIDES, path=PATHS)
    def make_collection(self, where: str, path: str) -> None:
        side = self.side(where)
        expected = side.tree.make_collection(path)
        assert side.ask("MKCOL", path).status == expected

    @rule(where=SIDES, source=PATHS, goal=PATHS, overwrite=st.booleans())
    def move(self, where: str, source: str, goal: str, overwrite: bool) -> None:
        side = self.side(where)
        expected = side.tree.relocate(source, goal, overwrite=overwrite, keep=False)
        headers = {"Destination": side.url(goal), "Overwrite": "FT"[overwrite]}
        assert side.ask("MOVE", source, headers).status // 100 == expected // 100

    @rule(where=SIDES, source=PATHS, goal=PATHS, overwrite=st.booleans(), push=st.booleans())
    def copy(self, where: str, source: str, goal: str, overwrite: bool, push: bool) -> None:
        """COPY within the server, told as push or as pull. Onto itself it is a transfer."""
        side = self.side(where)
        if source == goal:
            return
        expected = side.tree.relocate(source, goal, overwrite=overwrite, keep=True)
        headers = {"Overwrite": "FT"[overwrite]}
        if push:
            answer = side.ask("COPY", source, {**headers, "Destination": side.url(goal)})
        else:
            answer = side.ask("COPY", goal, {**headers, "Source": side.url(source)})
        assert answer.status // 100 == expected // 100

    @rule(
        where=SIDES,
        path=PATHS,
        name=st.sampled_from(["one", "two"]),
        value=st.text("a<&é", max_size=3),
    )
    def annotate(self, where: str, path: str, name: str, value: str) -> None:
        side = self.side(where)
        text = value.replace("&", "&amp;").replace("<", "&lt;")
        expected = side.tree.annotate(path, name, value or None)
        assert side.annotate(path, name, text or None).status == expected

    @rule(where=SIDES, path=PATHS, depth=st.sampled_from(["0", "1", "infinity"]))
    def list(self, where: str, path: str, depth: str) -> None:
        side = self.side(where)
        status, shown = side.listing(path, depth)
        assert status == (207 if path in side.tree.nodes else 404)
        assert shown == side.expected(path, depth)

    @rule(where=SIDES, source=PATHS, goal=PATHS, overwrite=st.booleans(), verify=st.booleans())
    def pull(self, where: str, source: str, goal: str, overwrite: bool, verify: bool) -> None:
        here, there = self._both(where)
        if there.tree.is_collection(source):
            return  # its page would be a file like any other
        content = there.tree.content(source)
        expected = here.tree.receive(goal, content, overwrite=overwrite)
        headers = {"Source": there.url(source), **self._transfer(there, overwrite, verify)}
        self._transferred(here.ask("COPY", goal, headers), expected, content is not None)

    @rule(where=SIDES, source=PATHS, goal=PATHS, overwrite=st.booleans(), verify=st.booleans())
    def push(self, where: str, source: str, goal: str, overwrite: bool, verify: bool) -> None:
        here, there = self._both(where)
        content = here.tree.content(source)
        headers = {"Destination": there.url(goal), **self._transfer(there, overwrite, verify)}
        if content is None:
            expected = 409 if here.tree.is_collection(source) else 404
            return self._transferred(here.ask("COPY", source, headers), expected, False)
        status = there.tree.receive(goal, content, overwrite=overwrite)
        return self._transferred(here.ask("COPY", source, headers), 202, status == 202)

    @rule(where=SIDES, path=PATHS, problem=st.sampled_from(PROBLEMS))
    def failing_pull(self, where: str, path: str, problem: str) -> None:
        side = self.side(where)
        expected = side.tree.receive(path, None, overwrite=True)
        headers = {"Source": f"{self.ground.peer.url}/{problem}", "Credential": "none"}
        self._transferred(side.ask("COPY", path, headers), expected, False)

    @rule(where=SIDES, path=PATHS)
    def failing_push(self, where: str, path: str) -> None:
        side = self.side(where)
        content = side.tree.content(path)
        expected = 202 if content is not None else 409 if side.tree.is_collection(path) else 404
        headers = {"Destination": f"{self.ground.peer.url}/refused", "Credential": "none"}
        self._transferred(side.ask("COPY", path, headers), expected, False)

    @invariant()
    def both_agree(self) -> None:
        for side in self.ground.sides.values():
            side.agree()

    def _both(self, where: str) -> tuple[Side, Side]:
        return self.side(where), self.ground.sides["b" if where == "a" else "a"]

    def _condition(self, side: Side, path: str, condition: str) -> dict[str, str]:
        name, _, value = condition.partition(": ")
        if value == "tag":
            value = side.ask("HEAD", path).headers.get("etag", '"none"')
        return {name: value} if name else {}

    def _uploaded(
        self, side: Side, path: str, body: tuple[bytes, str], headers: dict[str, str]
    ) -> int:
        content, how = body
        if how == "plain":
            return side.ask("PUT", path, headers, content).status
        client = side.client()
        framing = (
            {"Transfer-Encoding": "chunked"}
            if how == "chunked"
            else {"Content-Length": str(len(content)), "Expect": "100-continue"}
        )
        client.send("PUT", side.base + path, {**headers, **framing})
        if how == "expect":
            status, fields = client.head()
            if status != 100:  # refused before the body, or empty and done
                client.exactly(int(fields.get("content-length", "0")))
                side.close()
                return status
            client.sock.sendall(content)
        else:
            half = content[: len(content) // 2 + 1]
            for piece in (half, content[len(half) :]):
                if piece:
                    client.sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            client.sock.sendall(b"0\r\n\r\n")
        return side.heard(client.answer()).status

    def _transfer(self, far: Side, overwrite: bool, verify: bool) -> dict[str, str]:
        return {
            "Overwrite": "FT"[overwrite],
            "RequireChecksumVerification": str(verify).lower(),
            "TransferHeaderAuthorization": f"Bearer {far.server.token}",
            "Credential": "none",
        }

    def _transferred(self, answer: Answer, expected: int, good: bool) -> None:
        status, text = answer.status, answer.text
        assert status == expected, text
        if status == 202:
            last = text.strip().splitlines()[-1]
            assert last.startswith("success:" if good else "failure:"), last


def _far_side(seen: Seen, sock: socket.socket) -> None:
    """Every way to fail that a path can name."""
    body = b"hello"
    answers = {
        "/wrong": reply("200 OK", {"Digest": "adler32=00000001"}, body),
        "/short": reply("200 OK", {"Content-Length": "9"}, body),
        "/cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "/coded": reply("200 OK", {"Content-Encoding": "gzip"}, body),
    }
    sock.sendall(answers.get(seen.target, reply("503 Busy")))
    sock.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def launch_ground() -> Iterator[Callable[..., Ground]]:
    process, peer = [], Peer(_far_side)

    def act(*options: str) -> Ground:
        running, servers = start(["--pair", "--marker-period", "0.2", *options], 2)
        process.append(running)
        return Ground(dict(zip("ab", map(Side, servers), strict=True)), peer)

    with peer:
        yield act
    for running in process:
        assert stop(running) == 0


def agree(ground: Ground, examples: int, length: int) -> None:
    """Run the machine with fixed seeds."""
    try:
        run_state_machine_as_test(
            cast(type[RuleBasedStateMachine], partial(Agreement, ground)),
            settings=settings(
                max_examples=examples,
                stateful_step_count=length,
                derandomize=True,
                deadline=None,
                database=None,
                suppress_health_check=[*HealthCheck],
                phases=(Phase.generate, Phase.shrink),
            ),
        )
    finally:
        for side in ground.sides.values():
            side.close()


def test_five_hundred_operations_on_disk(launch_ground: Callable[..., Ground]) -> None:
    ground = launch_ground()
    agree(ground, examples=24, length=25)
    assert ground.steps >= 500


@pytest.mark.long
def test_operations_in_memory(launch_ground: Callable[..., Ground]) -> None:
    ground = launch_ground("--store", "memory:")
    agree(ground, examples=50, length=80)
    assert ground.steps >= 3_000
