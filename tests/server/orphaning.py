"""Starts a server, tells of it, and waits to be killed: run by test_server_leftovers."""

from __future__ import annotations

import sys

from tests.server.server_kit import start

process, [server] = start(["--end-with-parent"], 1)
sys.stdout.write(f"{process.pid}\n")
sys.stdout.flush()
process.wait()
