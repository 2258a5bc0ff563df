"""What else a client asks: properties and checksums."""

import pytest

from harness import expect
from harness.checks import requirement
from harness.problems import NotApplicable

OPERATIONS = pytest.mark.parametrize("operation", ["pull", "push", "download"])


@requirement("PROP-007")
@OPERATIONS
def test_properties_are_asked_for_by_name(capable, operation):
    made = capable(operation)
    asked = [a for a in made.asked("PROPFIND") if a.status == 207]
    if not asked:
        raise NotApplicable(f"it asks for no properties in a {operation}", made.evidence)
    lazy = [a.document or "an empty body" for a in asked if _all(a.document)]
    actual = "; ".join(dict.fromkeys(lazy))
    expect.that(not lazy, "the names of the properties", actual, *made.evidence)


def _all(document):
    return "allprop" in document or not document.strip()


@requirement("CKSUM-028")
def test_checksums_are_compared_as_numbers(attempt, capable):
    plain = capable("verify")
    made = attempt("digests-otherwise", "verify")
    told = [a for a in made.asked("HEAD") if any(n.lower() == "digest" for n, _ in a.answer)]
    expect.control(bool(told), f"it asked for no checksum: {made}", *made.evidence)
    expect.control(made.arrived, f"nothing arrived: {made}", *plain.evidence)
    expect.that(made.succeeded, "the same number, so success", made, *made.evidence)
