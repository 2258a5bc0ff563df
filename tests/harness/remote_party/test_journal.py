"""The log of a far side on a public host holds no secret, and cannot be flooded."""

from __future__ import annotations

import io

from harness.remote_party.journal import LINES, Journal
from harness.remote_party.seen import Seen


def seen(nonce: str = "00ff", method: str = "GET", ended: str = "answered") -> Seen:
    target = f"/far/x/{nonce}/file?authz=secret"
    made = Seen(
        nonce, method, target, (("Authorization", "Bearer secret"),), 0.0, "tls", 1, ("::1", 1)
    )
    made.ended = ended
    return made


def test_line_names_the_file_by_its_nonce_only() -> None:
    out = io.StringIO()
    Journal(out).note(seen())
    assert " tls ::1 GET 00ff 0 sent=0 received=0 answered\n" in out.getvalue()
    assert "secret" not in out.getvalue()


def test_what_strangers_make_up_is_not_repeated() -> None:
    out = io.StringIO()
    journal = Journal(out)
    journal.note(seen(nonce="<script>", method="EVIL", ended=""))
    journal.note(seen(nonce="00ff", ended=""))
    for line in out.getvalue().splitlines():
        assert line.endswith(" - 0 sent=0 received=0 refused")
    assert "EVIL" not in out.getvalue()


def test_flood_is_counted_instead_of_written() -> None:
    now = [0.0]
    out = io.StringIO()
    journal = Journal(out, lambda: now[0])
    for _ in range(LINES + 50):
        journal.note(seen())
    assert len(out.getvalue().splitlines()) == LINES
    now[0] = 1.0
    journal.note(seen())
    assert "50 lines left out" in out.getvalue()
