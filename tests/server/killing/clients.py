"""Clients that change a store until its server dies, and remember what it may look like then."""

from __future__ import annotations

import contextlib
import random
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from defusedxml.ElementTree import fromstring

from tests.server.server_kit import Server
from tests.server.wire_client import Answer, Client

State = dict[str, int]
"""Which content is found where: the number of the content by path, "far:" in front at the peer."""
SIZES = (0, 1, 700, 65_536, 300_001, 1 << 20, 3_000_000, 6 << 20)
NAMES = ("a", "b", "c", "d")
BARE = {"Credential": "none"}


def contents(seed: int) -> list[bytes]:
    """What is uploaded and transferred."""
    rng = random.Random(seed)  # noqa: S311
    return [rng.randbytes(size) for size in SIZES]


@dataclass
class Worker:
    """One client with a folder of its own at the victim and at its peer."""

    number: int
    victim: Server
    peer: Server
    contents: list[bytes]
    rng: random.Random
    state: State = field(default_factory=dict)
    allowed: list[State] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    under_way: str = ""
    problem: str = ""

    def work(self, over: threading.Event) -> None:
        """Change something, again and again, until the connection breaks."""
        with (
            contextlib.suppress(OSError, EOFError),
            self.victim.client() as here,
            self.peer.client() as there,
        ):
            while not over.is_set() and not self.problem:
                self._one(here, there)
        if over.is_set() and self.under_way == "drawn":
            self.problem = ""  # the peer told that its source had died
        if not over.is_set() and not self.problem:
            self.problem = f"connection lost before the kill, {self.under_way}"

    def path(self, name: str) -> str:
        return f"/w{self.number}/{name}"

    def _one(self, here: Client, there: Client) -> None:
        acts: list[Callable[[Client, Client, str, State], Answer]] = [
            *(self._put, self._put, self._put_chunked, self._put_wrong, self._pull, self._pull),
            *(self._pull_nothing, self._push, self._drawn, self._move, self._copy, self._delete),
        ]
        act, name = self.rng.choice(acts), self.rng.choice(NAMES)
        after = dict(self.state)
        self.under_way = act.__name__.strip("_")
        if act not in (self._put, self._put_chunked, self._put_wrong, self._pull) and (
            act != self._pull_nothing and self.path(name) not in after
        ):
            return
        self.allowed = [dict(self.state), after]
        answer = act(here, there, self.path(name), after)
        good = answer.status < 300 and (
            answer.status != 202 or answer.result.startswith("success:")
        )
        if good:
            self.state = after
        self.allowed = [dict(self.state)]
        self.done[self.under_way] += 1
        refused = act in (self._put_wrong, self._pull_nothing)
        if good == refused:
            self.problem = f"{self.under_way}: {answer.status} {answer.body[-200:]!r}"

    def _pick(self) -> int:
        return self.rng.randrange(len(self.contents))

    def _put(self, here: Client, _: Client, path: str, after: State) -> Answer:
        after[path] = number = self._pick()
        return here.ask("PUT", path, body=self.contents[number])

    def _put_chunked(self, here: Client, _: Client, path: str, after: State) -> Answer:
        after[path] = number = self._pick()
        here.send("PUT", path, {"Transfer-Encoding": "chunked"})
        data = self.contents[number]
        for start in range(0, len(data), 100_000):
            piece = data[start : start + 100_000]
            here.sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        here.sock.sendall(b"0\r\n\r\n")
        return here.answer()

    def _put_wrong(self, here: Client, _: Client, path: str, after: State) -> Answer:
        wrong = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
        return here.ask("PUT", path, wrong, self.contents[2 + self._pick() % 4])

    def _pull(self, here: Client, _: Client, path: str, after: State) -> Answer:
        after[path] = number = self._pick()
        return here.ask("COPY", path, self._from(self.peer, f"/pool/{number}"))

    def _pull_nothing(self, here: Client, _: Client, path: str, after: State) -> Answer:
        return here.ask("COPY", path, self._from(self.peer, "/pool/nothing"))

    def _push(self, here: Client, _: Client, path: str, after: State) -> Answer:
        after["far:" + path] = after[path]
        token = {"TransferHeaderAuthorization": f"Bearer {self.peer.token}"}
        return here.ask("COPY", path, {"Destination": self.peer.url + path, **token, **BARE})

    def _drawn(self, _: Client, there: Client, path: str, after: State) -> Answer:
        """The peer pulls from the victim."""
        after["far:" + path] = after[path]
        return there.ask("COPY", path, self._from(self.victim, path))

    def _move(self, here: Client, _: Client, path: str, after: State) -> Answer:
        target = self.path(self.rng.choice([n for n in NAMES if self.path(n) != path]))
        after[target] = after.pop(path)
        return here.ask("MOVE", path, {"Destination": target})

    def _copy(self, here: Client, _: Client, path: str, after: State) -> Answer:
        target = self.path(self.rng.choice([n for n in NAMES if self.path(n) != path]))
        after[target] = after[path]
        return here.ask("COPY", path, {"Destination": self.victim.url + target})

    def _delete(self, here: Client, _: Client, path: str, after: State) -> Answer:
        del after[path]
        return here.ask("DELETE", path)

    def _from(self, server: Server, path: str) -> dict[str, str]:
        token = {"TransferHeaderAuthorization": f"Bearer {server.token}"}
        return {"Source": server.url + path, **token, **BARE}

    def check(self) -> None:
        """Compare what both servers show with what may be there; adopt it."""
        found = {
            **self._seen(self.victim, ""),
            **self._seen(self.peer, "far:"),
        }
        allowed = self.allowed or [self.state]
        assert found in allowed, f"{self.under_way}: found {found}, allowed {allowed}"
        self.state, self.allowed = found, [found]

    def _seen(self, server: Server, mark: str) -> State:
        """Every object of the folder with the number of its content, bytes and digest checked."""
        found: State = {}
        with server.client() as client:
            for name in _names(client, f"/w{self.number}/"):
                path = self.path(name)
                answer = client.ask("GET", path, {"Want-Digest": "adler32"})
                assert answer.status == 200
                assert answer.body in self.contents, f"{path}: {len(answer.body)} strange bytes"
                right = f"adler32={zlib.adler32(answer.body):08x}"
                assert answer.headers["digest"] == right, f"{path}: {answer.headers['digest']}"
                found[mark + path] = self.contents.index(answer.body)
        return found


def _names(client: Client, folder: str) -> list[str]:
    listing: Any = fromstring(client.ask("PROPFIND", folder, {"Depth": "1"}).body)
    hrefs = [str(item.text) for item in listing.iter("{DAV:}href")]
    return [href.removeprefix(folder) for href in hrefs if href != folder]
