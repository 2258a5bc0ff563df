"""A directory on a server that one test has to itself, filled and looked at by curl alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from fixtures.kinds import Started
from tests.real.curl import Answer, Identity, by_token, curl

CREATED = (200, 201, 204)
WANT_MD5 = ("-H", "Want-Digest: md5")
"""At an upload: has the server know this checksum, too, from then on."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a client's own word is compared with: the bytes that curl finds here."""

    server: Started
    path: str

    @classmethod
    def make(cls, server: Started) -> Place:
        made = cls(server, f"/{secrets.token_hex(6)}")
        made.mkdir("")
        return made

    @property
    def owner(self) -> Identity:
        return by_token(self.server.credentials.token)

    def url(self, name: str = "", *, scheme: str = "https") -> str:
        """Address of a member; `davs` is what grid clients call WebDAV over TLS."""
        return f"{scheme}{self.server.url.removeprefix('https')}{self.path}{name}"

    def mkdir(self, name: str) -> None:
        assert curl(self.server, self.path + name, self.owner, "-X", "MKCOL").status == 201

    def put(self, name: str, file: Path, *options: str) -> None:
        """Upload a file, with further options of curl."""
        words = ("--location", "--upload-file", str(file), *options)
        answer = curl(self.server, self.path + name, self.owner, *words)
        assert answer.status in CREATED

    def get(self, name: str) -> Answer:
        return curl(self.server, self.path + name, self.owner, "--location")

    def has(self, name: str, file: Path) -> bool:
        """Whether a member has the bytes of a local file."""
        return self.get(name) == Answer(200, file.read_bytes())

    def lacks(self, name: str) -> bool:
        return self.get(name).status == 404
