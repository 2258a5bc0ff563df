from __future__ import annotations

from harness.model import Expectation, Outcome
from reports.terminal import render
from tests.reports.sample_runs import OUTCOMES, failure, observation, run_of


def test_a_violation_is_told_in_full():
    told = render(run_of(failure())).splitlines()
    assert told[:5] == [
        "✗ TPC-021 MUST violated  site-a: What TPC-021 asks for.",
        "    expected  a failure",
        "    expected  the old content kept",
        "    actual    202, success: Created, content replaced",
        '    curl      curl -sv -X GET -H "Authorization: Bearer $TOKEN" '
        "https://se.example.org:2880/vo/dir/file",
    ]
    assert told[-1] == "1 requirement violated (exit code 1)."


def test_totals_by_level_and_verdict():
    told = render(OUTCOMES)
    assert "3 of 6 MUST met, 1 violated, 2 inconclusive, 2 not tested" in told
    totals = "✗ 1 violated  ◆ 2 inconclusive  ▲ 1 met with warnings  ✓ 2 met"
    assert f"    MUST    {totals}  – 1 not applicable  ○ 2 not tested" in told  # noqa: RUF001


def test_no_control_codes_unless_asked():
    assert "\x1b" not in render(OUTCOMES)
    assert "\x1b[31m✗ TPC-001 MUST violated\x1b[0m" in render(OUTCOMES, colour=True)


def test_a_hostile_server_cannot_drive_the_terminal():
    told = render(run_of(failure(actual="\x1b]0;title\x07", expected=("\x9b2J",))))
    assert "\x1b" not in told
    assert "\x9b" not in told
    assert "\\x1b]0;title\\x07" in told


def test_what_could_not_be_decided_has_its_reason():
    assert "    reason    the control failed" in render(OUTCOMES)
    seen = run_of(observation(Outcome.BLOCKED, actual="no connection"))
    assert "    reason    no connection" in render(seen)


def test_expected_deviations_are_named_with_their_reason():
    told = render(run_of(failure(), expectations=(Expectation("TPC-021", "old door"),)))
    assert "site-a: TPC-021 is violated as expected (old door)" in told
    assert told.endswith("Nothing violated (exit code 0).\n")


def test_cautions_come_before_the_totals():
    told = render(run_of(observation(Outcome.PASS), footer=None))
    assert told.index("cut short") < told.index("1 of 1 MUST met")


def test_what_the_tester_lacked_most_often():
    """The capability before a reason does not make it another one."""
    lacks = [
        ("TPC-001", "tpc-pull: no remote party; give --remote-party"),
        ("TPC-002", "tpc-push: no remote party; give --remote-party"),
        ("TPC-003", "no issuer is given"),
    ]
    seen = [observation(Outcome.UNTESTED, identifier, reason=why) for identifier, why in lacks]
    told = render(run_of(*seen)).splitlines()
    assert "    not tested     2  no remote party; give --remote-party" in told
    assert "                   1  no issuer is given" in told


def test_the_longest_list_of_lacks_is_short():
    seen = [observation(Outcome.UNTESTED, f"TPC-{n:03}", reason=f"lack {n}") for n in range(1, 6)]
    assert render(run_of(*seen)).count("lack ") == 3
