"""A picture of a report: ``python -m tests.reports.screenshot report.html picture.png``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.reports.browser import browser


def main() -> None:
    """Open the page at a fragment, in a window of a given size, and keep what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--at", default="", metavar="FRAGMENT", help="such as #TPC-021")
    parser.add_argument("--size", default="1280x1500", metavar="WIDTHxHEIGHT")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        browser(Path(profile)) as tab,
    ):
        tab.look(width, height, dark=options.dark)
        tab.open(options.page.resolve(), options.at)
        tab.screenshot(options.picture)


if __name__ == "__main__":
    main()
