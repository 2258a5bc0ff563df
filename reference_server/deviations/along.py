"""What breaks along when a whole ability is gone: lists shared by several deviations."""

from __future__ import annotations

WORKING_PULL = (
    "TPC-002",
    "TPC-004",
    "TPC-008",
    "TPC-009",
    "TPC-012",
    "TPC-013",
    "TPC-016",
    "TPC-017",
    "TPC-021",
    "TPC-022",
    "TPC-023",
    "TPC-024",
    "TPC-025",
    "TPC-029",
    "TPC-030",
    "TPC-031",
    "TPC-032",
    "TPC-034",
    "TPC-035",
    "TPC-039",
    "TPC-040",
    "TPC-041",
    "TPC-043",
    "TPC-049",
    "TPC-059",
    "TPC-063",
    "TPC-066",
    "TPC-067",
    "INTEG-001",
    "INTEG-008",
    "INTEG-009",
    "INTEG-010",
    "INTEG-027",
    "REDIR-015",
    "REDIR-022",
    "CRED-005",
    "CRED-006",
    "CRED-007",
    "CANCEL-003",
    "CANCEL-009",
    "MARK-020",
    "MARK-030",
    "MAC-046",
    "AUTH-015",
    "AUTH-017",
    "SITE-001",
    "SITE-014",
)
"""Entries whose probe wants a pull that asks its source, or ends in success."""
WORKING_PUSH = (
    "TPC-003",
    "TPC-033",
    "TPC-039",
    "TPC-045",
    "TPC-049",
    "TPC-063",
    "TPC-065",
    "TPC-067",
    "DAV-024",
    "AUTH-015",
    "INTEG-002",
    "INTEG-014",
    "INTEG-031",
    "REDIR-016",
    "REDIR-022",
    "MAC-046",
)
"""Entries whose probe wants a push that asks its destination, or ends in success."""
STREAM = (
    "TPC-048",
    "MARK-001",
    "MARK-003",
    "MARK-004",
    "MARK-009",
    "MARK-011",
    "MARK-019",
    "MARK-020",
    "MARK-021",
    "MARK-022",
    "MARK-029",
)
"""Entries about the progress stream and its end."""
DELEGATION = (
    *(f"DELEG-{number:03}" for number in (*range(3, 8), 10, 13, 14, 15, 17, *range(19, 30))),
    "CRED-002",
    "CRED-008",
    "CRED-015",
)
"""Entries that delegate first, to the service that a COPY with gridsite tells of."""
ASKING = ("DELEG-002", "DELEG-008", "DELEG-009", "CRED-011")
"""Entries about the request to delegate itself."""
EXCHANGE = ("CRED-010", "CRED-013", "CRED-014")
"""Entries whose probe wants a token exchanged."""
ONE_COPY = (
    "AUTH-017",
    "CRED-005",
    "INTEG-008",
    "INTEG-010",
    "INTEG-014",
    "MAC-046",
    "SITE-001",
    "TPC-001",
    "TPC-004",
    "TPC-009",
    "TPC-023",
    "TPC-024",
    "TPC-032",
    "TPC-033",
    "TPC-034",
    "TPC-040",
    "TPC-049",
    "TPC-065",
)
"""Entries that are violated, not blocked by a control, where no copy works at all."""
ONE_FILE = (
    "AUTH-003",
    "AUTH-004",
    "AUTH-013",
    "AUTH-014",
    "AUTH-019",
    "AUTH-025",
    "CKSUM-002",
    "CKSUM-012",
    "CKSUM-015",
    "CKSUM-016",
    "CKSUM-017",
    "CKSUM-018",
    "DAV-003",
    "DAV-006",
    "DAV-008",
    "DAV-009",
    "DAV-011",
    "DAV-020",
    "DAV-021",
    "DAV-022",
    "DAV-034",
    "DELEG-013",
    "DIR-003",
    "INTEG-019",
    "MAC-011",
    "MAC-012",
    "MAC-026",
    "MAC-027",
    "MAC-030",
    "MAC-033",
    "MAC-034",
    "MAC-038",
    "MAC-041",
    "MAC-043",
    "MAC-049",
    "META-005",
    "PROP-014",
    "PROP-017",
    "SITE-009",
    "TPC-054",
    "XATTR-001",
)
"""Entries that need one upload or download that works."""
COPY_ANSWERED = (
    "CRED-002",
    "DAV-032",
    "INTEG-032",
    "MARK-001",
    "MARK-019",
    "MARK-029",
    "TPC-013",
    "TPC-051",
    "TPC-053",
    "TPC-066",
    "TPC-067",
)
"""Entries about how a COPY is answered, whatever becomes of it."""


def along(reason: str, *groups: str | tuple[str, ...]) -> dict[str, str]:
    """Requirement ids, single or in groups, with one reason for all of them."""
    names: list[str] = []
    for group in groups:
        names += [group] if isinstance(group, str) else group
    return dict.fromkeys(names, reason)
