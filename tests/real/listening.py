"""Which addresses a process listens on, as the kernel tells it (proc(5))."""

from __future__ import annotations

from pathlib import Path

LISTEN = "0A"
LOOPBACK = ("0100007F", "0" * 24 + "01000000")


def addresses(pid: int) -> set[str]:
    """The local TCP addresses, in the kernel's hexadecimal, without the port."""
    links = [path.readlink() for path in Path(f"/proc/{pid}/fd").iterdir()]
    own = {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}
    tables = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == LISTEN and row[9] in own}
