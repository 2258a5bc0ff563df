"""S3 servers for the tests of the gateway: moto's behind our faulty door, and rclone's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.session import Session

from fixtures.faulty_door import FaultyDoor
from fixtures.kinds.daemon import free_port
from fixtures.object_store import KeyPair, ObjectStore
from tests.server.server_kit import Server, start, stop

PATIENCE = 20.0
BUCKET = "bucket-one"


@dataclass(frozen=True)
class Backend:
    """A bucket on a real S3 server, as whoever owns it sees it."""

    url: str
    pair: KeyPair
    client: Any
    door: FaultyDoor

    def put(self, key: str, content: bytes, **more: Any) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content, **more)

    def get(self, key: str) -> bytes | None:
        if key not in self.keys(key):
            return None
        return bytes(self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def metadata(self, key: str) -> dict[str, str]:
        found = self.client.head_object(Bucket=BUCKET, Key=key)["Metadata"]
        return {name.lower(): text for name, text in found.items()}

    def unfinished(self) -> int:
        told = self.client.list_multipart_uploads(Bucket=BUCKET)
        return len(told.get("Uploads", ()))


@contextmanager
def moto(directory: Path) -> Iterator[Backend]:
    store = ObjectStore.of_run(directory)
    try:
        with _behind_a_door(store.url, directory) as backend:
            yield backend
    finally:
        store.stop()


@contextmanager
def rclone(directory: Path) -> Iterator[Backend]:
    """rclone's S3 server on a directory; it checks signatures, and knows no conditions."""
    pair = KeyPair.create(directory)
    data = directory / "data"
    data.mkdir()
    port = free_port()
    program = str(Path(sys.executable).with_name("rclone"))
    secret = _secret(pair)
    command = [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", secret]
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    process = subprocess.Popen(
        [*command, str(data)], env=environment, stderr=subprocess.DEVNULL, cwd=directory
    )
    try:
        _wait(f"http://127.0.0.1:{port}/")
        with _behind_a_door(f"http://127.0.0.1:{port}", directory, pair) as backend:
            yield backend
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@contextmanager
def _behind_a_door(url: str, directory: Path, pair: KeyPair | None = None) -> Iterator[Backend]:
    pair = pair or KeyPair.create(directory)
    door = FaultyDoor(url.rpartition("/")[2], pair.access)
    access, secret = _secret(pair).split(",")
    client = Session().create_client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
        ),
    )
    client.create_bucket(Bucket=BUCKET)
    try:
        yield Backend(url, pair, client, door)
    finally:
        client.close()
        door.stop()


@contextmanager
def gateway(backend: Backend, *options: str, store: str = f"s3://{BUCKET}/vo") -> Iterator[Server]:
    """A reference server in front of the bucket."""
    words = ["--store", store, "--s3-endpoint", backend.door.url, "--marker-period", "0.2"]
    environment = {"AWS_SHARED_CREDENTIALS_FILE": str(backend.pair.file)}
    process, servers = start([*words, *options], 1, environment=environment)
    try:
        yield servers[0]
    finally:
        assert stop(process) == 0


def staged(staging: Path) -> list[Path]:
    """Uploads in a staging area; what claims it for a process is none."""
    files = (place for place in staging.rglob("*") if place.is_file())
    return [place for place in files if place.suffix != ".claim"]


def _secret(pair: KeyPair) -> str:
    """KEY,SECRET as rclone wants it."""
    lines = pair.file.read_text(encoding="utf-8").splitlines()[1:]
    return ",".join(line.partition(" = ")[2] for line in lines)


def _wait(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - ours
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{url} does not answer")
