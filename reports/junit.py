"""junit.xml: one suite per endpoint, one case per check and requirement.

pytest's own file cannot serve: it counts a crash of the harness as ``<failure>`` and a warning
as plain success. Here ``<failure>`` is a violation, ``<error>`` is ours or a blocked probe.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from harness.model import EndpointRecord, Judgement, Observation, Outcome, Run
from reports.reading import NO_EXTRAS, Extras, Reading, read
from reports.text import visible

TAGS = {
    Outcome.FAIL: "failure",
    Outcome.ERROR: "error",
    Outcome.BLOCKED: "error",
    Outcome.NA: "skipped",
    Outcome.UNTESTED: "skipped",
}
COUNTERS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(run: Run, extras: Extras = NO_EXTRAS) -> str:
    """The whole file as text, XML declaration included."""
    reading = read(run)
    root = ET.Element("testsuites", name=run.header.tool, id=run.header.id)
    grouped: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in reading.judgements:
        grouped[judgement.endpoint].append(judgement)
    for endpoint in run.endpoints:
        cases = [
            case for judgement in grouped[endpoint.name] for case in _cases(reading, judgement)
        ]
        root.append(_suite(run, endpoint, cases))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _suite(run: Run, endpoint: EndpointRecord, cases: list[ET.Element]) -> ET.Element:
    tags = Counter(child.tag for case in cases for child in case if child.tag in COUNTERS)
    suite = ET.Element("testsuite", name=visible(endpoint.name), tests=str(len(cases)))
    for tag, attribute in COUNTERS.items():
        suite.set(attribute, str(tags[tag]))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    suite.set("timestamp", run.header.started)
    facts = {"url": endpoint.url, "kind": endpoint.kind, "software": endpoint.software}
    suite.append(_properties([*facts.items(), ("commit", run.header.commit)]))
    suite.extend(cases)
    return suite


def _cases(reading: Reading, judgement: Judgement) -> Iterator[ET.Element]:
    """One case per observation, and one for a requirement that nothing was run for."""
    silence = Observation(
        endpoint=judgement.endpoint,
        requirement=judgement.requirement,
        check="none",
        outcome=Outcome.UNTESTED,
        reason=judgement.reason,
    )
    for observation in reading.observations(judgement) or (silence,):
        yield _case(reading, judgement, observation)


def _case(reading: Reading, judgement: Judgement, seen: Observation) -> ET.Element:
    module, _, function = seen.check.partition("::")
    case = ET.Element(
        "testcase",
        classname=visible(module.removesuffix(".py").replace("/", ".")),
        name=visible(f"{seen.requirement} {function}".strip()),
        time=f"{seen.seconds:.3f}",
    )
    case.append(
        _properties(
            [
                ("requirement", seen.requirement),
                ("level", judgement.level),
                ("outcome", seen.outcome),
                ("verdict", judgement.verdict),
                *(("evidence", name) for name in seen.evidence),
            ]
        )
    )
    case.extend(_result(reading, judgement, seen))
    return case


def _result(reading: Reading, judgement: Judgement, seen: Observation) -> Iterator[ET.Element]:
    known = judgement.expectation
    tag = TAGS.get(seen.outcome)
    if seen.outcome is Outcome.FAIL and known:
        # As pytest does with an expected failure: a CI that reads only this file stays green.
        yield ET.Element("skipped", type="expected", message=_words("expected:", known.reason))
    elif tag == "skipped":
        yield ET.Element(tag, type=seen.outcome, message=visible(seen.reason))
    elif tag:
        message = _words(judgement.level, seen.requirement, seen.actual or seen.reason)
        element = ET.Element(tag, type=seen.outcome, message=message)
        element.text = visible(_account(reading, judgement, seen))
        yield element
    elif seen.outcome is Outcome.WARN:
        element = ET.Element("system-out")
        element.text = visible("warning\n" + _account(reading, judgement, seen))
        yield element


def _account(reading: Reading, judgement: Judgement, seen: Observation) -> str:
    lines = [f"{judgement.level} {seen.requirement}: "]
    lines[0] += reading.requirements[seen.requirement].text
    lines += [f"expected: {text}" for text in seen.expected]
    lines += [f"actual: {seen.actual}"] * bool(seen.actual)
    lines += [f"reason: {seen.reason}"] * bool(seen.reason)
    line = reading.curl(judgement)
    lines += [f"curl: {line}"] * bool(line)
    return "\n".join(lines)


def _properties(pairs: list[tuple[str, str]]) -> ET.Element:
    element = ET.Element("properties")
    for name, value in pairs:
        if value:
            ET.SubElement(element, "property", name=name, value=visible(value))
    return element


def _words(*parts: str) -> str:
    return visible(" ".join(part for part in parts if part))
