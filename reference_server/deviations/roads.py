"""What breaks along when a road is closed to everybody: nearly all that goes that way."""

from __future__ import annotations

from reference_server.deviations.along import along

MAIN_ROAD = along(
    "neither COPY nor upload gets past the head node", "TPC-002", "TPC-003", "DAV-010"
)

REDIRECTED = along(
    "no redirected upload or download can be completed",
    "REDIR-022",
    "REDIR-008",
    "REDIR-009",
    "REDIR-011",
    "REDIR-015",
    "REDIR-016",
    "REDIR-020",
)

COPIES = along(
    "no copy is made",
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
"""What needs one copy that works."""

FILES = along(
    "no file is written or read",
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
"""What needs one upload or download that works."""

ANSWERS = along(
    "a COPY is answered by nobody",
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
"""What looks at how a COPY is answered, whatever becomes of it."""
