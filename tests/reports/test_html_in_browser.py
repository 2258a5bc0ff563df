"""The page in a real browser: filters, links, evidence, hostile text, scripts off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.model import Level, Outcome
from reports.html import render
from tests.reports.browser import CHROMIUM, Tab, browser
from tests.reports.sample_runs import failure, observation, requirement, run_of
from tests.reports.test_html_hostile import hostile_run

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

RUN = run_of(
    failure("TPC-001"),
    observation(Outcome.PASS, "TPC-002", evidence=("x-000001",)),
    observation(Outcome.PASS, "MARK-001"),
    observation(Outcome.UNTESTED, "MARK-002", reason="no peer"),
    failure("MARK-001", endpoint="site-b"),
    requirements=(
        requirement("TPC-001"),
        requirement("TPC-002", Level.SHOULD),
        requirement("MARK-001", text="Markers have a Timestamp."),
        requirement("MARK-002"),
    ),
)
SHOWN = "[...document.querySelectorAll('tr[data-id]:not([hidden])')].map(r => r.dataset.id).join()"
CHIP = "document.querySelector('button[data-value={}]')"


@pytest.fixture(scope="module")
def tab(tmp_path_factory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(render(RUN), "utf-8")
    return file


@pytest.fixture(autouse=True)
def _no_problems(tab) -> Iterator[None]:
    tab.problems.clear()
    yield
    assert tab.problems == []


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("", "TPC-001,TPC-002,MARK-001,MARK-002"),
        ("#?level=SHOULD", "TPC-002"),
        ("#?verdict=VIOLATED", "TPC-001,MARK-001"),
        ("#?verdict=VIOLATED&endpoint=site-a", "TPC-001"),
        ("#?verdict=VIOLATED,NOT_TESTED&family=MARK", "MARK-001,MARK-002"),
        ("#?q=timestamp+markers", "MARK-001"),
        ("#?q=tpc-00", "TPC-001,TPC-002"),
        ("#?q=nothing+like+this", ""),
    ],
)
def test_a_link_opens_the_same_view(tab, report, fragment, shown):
    tab.open(report, fragment)
    assert tab.run(SHOWN) == shown
    number = len(shown.split(",")) if shown else 0
    assert tab.run("document.querySelector('#found').textContent") == f"{number} of 4 requirements"


def test_chips_count_filter_and_leave_their_state_in_the_address(tab, report):
    tab.open(report)
    assert tab.run(f"{CHIP.format('VIOLATED')}.innerText.trim()") == "✗ violated 2"
    tab.run(f"{CHIP.format('VIOLATED')}.click()")
    assert tab.run(SHOWN) == "TPC-001,MARK-001"
    assert tab.run("location.hash") == "#?verdict=VIOLATED"
    assert tab.run(f"{CHIP.format('VIOLATED')}.getAttribute('aria-pressed')") == "true"
    assert tab.run(f"{CHIP.format('SHOULD')}.innerText.trim()") == "SHOULD 0"
    tab.run(f"{CHIP.format('VIOLATED')}.click()")
    assert tab.run(SHOWN) == "TPC-001,TPC-002,MARK-001,MARK-002"
    assert tab.run("location.hash") == "#requirements"


def test_fields_filter_while_one_types_and_can_be_reset(tab, report):
    tab.open(report)
    tab.run("const f = document.forms[0]; f.q.value = 'timestamp';"
            "f.q.dispatchEvent(new Event('input', {bubbles: true}))")  # fmt: skip
    assert tab.run(SHOWN) == "MARK-001"
    tab.run("document.forms[0].querySelector('[type=reset]').click()")
    assert tab.run(SHOWN) == "TPC-001,TPC-002,MARK-001,MARK-002"
    assert tab.run("document.forms[0].q.value") == ""


def test_an_id_in_the_address_opens_its_details(tab, report):
    tab.open(report, "#TPC-002")
    opened = "document.querySelector('tr.opened')"
    assert "How TPC-002 is probed." in tab.run(f"{opened}.innerText")
    assert tab.run(f"{opened}.previousElementSibling.dataset.id") == "TPC-002"


def test_a_link_to_a_hidden_requirement_lifts_the_filter(tab, report):
    tab.open(report, "#?level=SHOULD&open=TPC-001")
    assert "How TPC-001 is probed." in tab.run("document.querySelector('tr.opened').innerText")


def test_details_open_and_close_from_the_table(tab, report):
    link = "document.querySelector('tr[data-id=TPC-001] a.req')"
    tab.open(report)
    tab.run(f"{link}.click()")
    assert tab.run("location.hash") == "#TPC-001"
    assert tab.run(f"{link}.getAttribute('aria-expanded')") == "true"
    tab.run(f"{link}.click()")
    assert tab.run("document.querySelector('tr.opened')") is None
    assert tab.run("document.querySelector('#TPC-001 .inside') !== null")


def test_evidence_is_built_when_it_is_opened(tab, report):
    tab.open(report, "#TPC-002")
    x = "document.querySelector('tr.opened details.x')"
    assert tab.run(f"{x}.querySelector('.exchange')") is None
    tab.run(f"{x}.open = true")
    tab.wait(f"{x}.querySelector('.exchange') !== null")
    assert "GET /vo/dir/file HTTP/1.1" in tab.run(f"{x}.innerText")
    assert tab.run(f"{x}.querySelectorAll('button.copy').length") == 1


def test_hostile_text_runs_nothing(tab, tmp_path):
    file = tmp_path / "hostile.html"
    file.write_text(render(hostile_run()), "utf-8")
    tab.open(file, "#TPC-021")
    tab.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    tab.wait("[...document.querySelectorAll('details.x')].every(d => d.querySelector('.exchange'))")
    assert tab.run("document.querySelectorAll('img').length") == 0
    assert tab.run("document.scripts.length") == 2
    assert "pwned" not in tab.run("document.title")


def test_the_policy_stops_what_escaping_might_miss(tab, report, tmp_path):
    """The control of the test above: a script that did get in is refused, and we would see it."""
    file = tmp_path / "injected.html"
    script = "<script>document.title = 'pwned'</script>"
    file.write_text(report.read_text("utf-8").replace("<main>", f"{script}<main>"), "utf-8")
    tab.open(file)
    assert tab.run("document.title") != "pwned"
    tab.wait("true")
    assert any("Content Security Policy" in problem for problem in tab.problems)
    tab.problems.clear()


def test_without_scripts_everything_is_in_the_page(tab, report):
    tab.open(report, scripts=False)
    visible = "getComputedStyle(document.querySelector('{}')).display != 'none'"
    assert tab.run(visible.format("#details"))
    assert not tab.run(visible.format("#filters"))
    text = tab.run("document.body.innerText")
    assert "2 requirements violated" in text
    assert "How TPC-001 is probed." in tab.run("document.querySelector('#TPC-001').textContent")
    first = "document.querySelector('#violations details.x .exchange')"
    assert "GET /vo/dir/file HTTP/1.1" in tab.run(f"{first}.textContent")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_is_never_wider_than_its_window(tab, report, width):
    tab.look(width, 800)
    tab.open(report, "#TPC-001")
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_everything_that_acts_has_a_name_and_can_be_reached(tab, report):
    tab.open(report)
    nameless = (
        "[...document.querySelectorAll('a[href], button, input, select, summary')].filter(e =>"
        "!(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label')) "
        "|| e.tabIndex < 0).map(e => e.outerHTML).join()"
    )
    assert tab.run(nameless) == ""
    assert tab.run("document.querySelectorAll('h1').length") == 1


def test_the_page_prints(tab, report, tmp_path):
    tab.open(report)
    tab.pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
