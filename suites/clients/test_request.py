"""What a client sends with a COPY."""

import pytest

from harness import expect
from harness.checks import requirement

BOTH_WAYS = pytest.mark.parametrize("operation", ["pull", "push"])


@requirement("TPC-007")
@pytest.mark.parametrize(
    ("operation", "wanted", "other"),
    [("pull", "source", "destination"), ("push", "destination", "source")],
)
def test_copy_names_the_other_side_alone(attempt, operation, wanted, other):
    made = attempt("plain", operation)
    expect.control(bool(made.copies), f"no COPY came: {made}", *made.evidence)
    right = all(c.header(wanted) and c.header(other) is None for c in made.copies)
    shown = "; ".join(", ".join(name for name, _ in c.headers) for c in made.copies)
    expect.that(right, f"{wanted.title()} and no {other.title()}", shown, *made.evidence)


@requirement("CRED-001", "INTEG-017")
@BOTH_WAYS
def test_copy_leaves_nothing_to_defaults(judge, attempt, operation):
    made = attempt("plain", operation)
    for identifier, name in (
        ("CRED-001", "Credential"),
        ("INTEG-017", "RequireChecksumVerification"),
    ):
        with judge(identifier):
            expect.control(bool(made.copies), f"no COPY came: {made}", *made.evidence)
            values = [copy.header(name) for copy in made.copies]
            expect.that(all(values), f"the header {name}", str(values), *made.evidence)
