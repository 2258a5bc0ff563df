"""Text that an XML document can hold."""

from __future__ import annotations

import re

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold (XML 1.0 section 2.2)."""


def writable(text: str) -> str:
    """The text with U+FFFD for what cannot be written: a file name may hold any character."""
    return NOT_IN_XML.sub("\ufffd", text)
