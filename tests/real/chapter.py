"""The curl commands of the dCache WebDAV chapter, as it prints them, against a reference server.

Replaced are the host and where credentials lie; added is what the chapter's reader has no need of:
the CA, and that headers are shown. `echo ... |` becomes `said`, which goes to stdin; what follows
a command in a pipe is left to the test. What the chapter reads without a credential is read with
the proxy here, since the reference server lets nobody in unknown.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

from tests.real.clients import Done, Setting
from tests.real.curl import Identity, curl
from tests.real.places import Place

HOST = "https://dcache.example.org"
PROXY = "/tmp/x509up_u1000"  # noqa: S108 - where the chapter has it; never touched
TREE = ("/public", "/Users", "/Users/paul", "/users", "/users/paul", "/users/paul/data-2019")
SHOWS_HEADERS = {"-D-", "-I", "-D"}


@dataclass(frozen=True, slots=True)
class Reply:
    """The last answer that curl showed, and the statuses before it."""

    interim: tuple[int, ...]
    status: int
    reason: str
    headers: Message
    body: bytes = field(repr=False)

    @property
    def last_line(self) -> str:
        return self.body.decode().splitlines()[-1]


@dataclass(frozen=True, slots=True)
class Door:
    """A server with the chapter's directories, and who asks there."""

    place: Place
    setting: Setting
    proxy: Path

    def lay_out(self) -> None:
        """Make the chapter's directories anew."""
        for top in {f"/{path.split('/')[1]}" for path in TREE}:
            curl(self.place.server, top, self.place.owner, "-X", "DELETE")
        for path in TREE:
            self.place.mkdir(path)

    def type(self, command: str, said: str = "") -> Done:
        """Run a command of the chapter."""
        name, *words = (self._here(word) for word in shlex.split(command))
        assert name == "curl"
        known = ["--silent", "--capath", str(self.setting.capath), "--max-time", "60"]
        return self.setting.run([name, *known, *words], said.encode())

    def ask(self, command: str, said: str = "") -> Reply:
        """Run a command that shows an answer, headers and all."""
        shown = "" if SHOWS_HEADERS & set(shlex.split(command)) else " --include"
        done = self.type(command + shown, said)
        assert done.code == 0, f"curl ended with {done.code}"
        return read(done.out)

    def known(self, command: str, said: str = "") -> Reply:
        """Run a command that the chapter runs as nobody, with the proxy."""
        return self.ask(f"{command} -E {PROXY}", said)

    def given(self, path: str, who: Identity) -> Reply:
        """Fetch a path with a secret, which goes to curl by stdin."""
        return read(curl(self.place.server, path, who, "--include").body)

    def visit(self, url: str) -> Reply:
        """Fetch a URL that is itself a secret."""
        words = ("curl", "--silent", "--capath", self.setting.capath, "--config", "-", "--include")
        return read(self.setting.run(words, f'url = "{url}"\n'.encode()).out)

    def _here(self, word: str) -> str:
        shown = self.place.server.credentials
        replaced = {
            HOST: self.place.server.url,
            PROXY: str(self.proxy),
            "~/.globus/usercert.pem": str(shown.cert),
            "~/.globus/userkey.pem": str(shown.key),
        }
        for old, new in replaced.items():
            word = word.replace(old, new)
        return word


def read(out: bytes) -> Reply:
    """Take apart what curl shows: heads, of which the last is the answer's, and its body."""
    heads = []
    while out.startswith(b"HTTP/"):
        head, _, out = out.partition(b"\r\n\r\n")
        heads.append(head)
    first, _, fields = heads[-1].partition(b"\r\n")
    _, status, *reason = first.decode().split(" ", 2)
    interim = tuple(int(head.split()[1]) for head in heads[:-1])
    headers = BytesHeaderParser().parsebytes(fields)
    return Reply(interim, int(status), "".join(reason), headers, out)
