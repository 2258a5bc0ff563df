"""report.html: one file that opens anywhere, without a network and without trust in its content."""

from __future__ import annotations

from reports.html.page import render

__all__ = ["render"]
