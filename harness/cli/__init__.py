"""The command line: one module for each kind of command."""

from harness.cli.main import main

__all__ = ["main"]
