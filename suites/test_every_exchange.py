"""What has to hold for every answer: judged at the end, over all that was exchanged."""

from harness import expect
from harness.checks import last, requirement
from harness.lint import RULES
from harness.problems import Untested


@last
@requirement(*dict.fromkeys(rule.requirement for rule in RULES))
def test_no_answer_breaks_a_rule_for_every_answer(judge, watched):
    for rule in RULES:
        with judge(rule.requirement):
            found = watched(rule)
            if not found.seen:
                raise Untested("no answer of this kind was seen in the run")
            evidence = [exchange for _, exchange in found.worst]
            expect.that(not found.broken, rule.expected, found, *evidence)
