"""Options that the reference server cannot use: one sentence that names them, and exit code 4."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--deviation", "nosuch"], "unknown deviation: nosuch"),
        (["--nosuch"], "--nosuch"),
        (["--store", "/nosuch"], "--store /nosuch: no such directory"),
        (["--cert", "/x"], "--cert and --key belong together"),
        (["--cert", "junk", "--key", "junk", "--capath", "junk"], "--cert, --key, --capath junk"),
        (["--crl", "nosuch"], "--crl nosuch: No such file"),
        (["--port", "99999"], "99999 is no port"),
        (["--grants", "nosuch"], "--grants nosuch: No such file"),
        (["--grants", "junk"], "--grants junk: Expecting"),
        (["--grants", "list"], "--grants list: not a JSON object"),
        (["--grants", "number"], "--grants number: 'int' object"),
        (["--basic", "list"], "--basic list: not a JSON object"),
        (["--trust-issuer", "https://i.invalid=list"], "--trust-issuer https://i.invalid=list: "),
        (["--oidc-exchange", "x"], "--oidc-exchange x: not ISSUER="),
        (["--bar-peer", "10.0.0.0/33"], "'10.0.0.0/33' does not appear"),
        (["--data-node-url", "x"], "x is no http or https URL"),
        (["--access-log", "nosuch/log"], "--access-log nosuch/log: No such file"),
    ],
)
def test_bad_options_exit_4(arguments: list[str], said: str, tmp_path: Path) -> None:
    for name, text in {"junk": "junk", "list": "[]", "number": '{"me": 5}'}.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "reference_server", *arguments]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=paths, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 4
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
