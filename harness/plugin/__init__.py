"""The pytest plugin: hooks only; each idea has a module of its own beside this one.

It stays out of the way until a run is asked for (``--endpoint``, ``--endpoints``, or the suites
folder on the command line), so that the project's own tests are not touched.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.checks import catalogue
from harness.ledger import Ledger
from harness.model import Outcome, Run
from harness.plugin import collecting, crew, hookspecs, judging
from harness.plugin.conduct import (
    KEY,
    Conduct,
    header,
    make_out,
    now,
    packed,
    standing,
    unpacked,
)
from harness.plugin.marks import endpoint_of, requirements_of
from harness.plugin.preflight import meet, reach
from harness.plugin.progress import Progress
from harness.plugin.settings import Settings, from_options, sound
from harness.plugin.sharing import share_of
from harness.problems import Blocked, NotApplicable, Unreachable, Untested, UsageError
from harness.scratch import scratch

PROGRESS = pytest.StashKey[Progress]()
RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("httptpc")
    group.addoption("--endpoint", action="append", metavar="NAME|URL", help="what to judge")
    group.addoption("--endpoints", metavar="FILE", help="default: endpoints.yaml")
    group.addoption("--select", action="append", metavar="ID-GLOB", help="only these requirements")
    group.addoption("--profile", metavar="NAME", help="instead of the endpoint's own profiles")
    group.addoption("--quick", action="store_true", help="a first look: MUSTs that need no waiting")
    group.addoption("--remote-party", metavar="URL", help="a far side that endpoints can reach")
    group.addoption("--remote-party-token", metavar="FILE", help="the file with its control token")
    group.addoption("--out", metavar="DIR", help="default: results/<UTC time>")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(trylast=True)
def pytest_httptpc_settings(config: pytest.Config) -> Settings | None:
    asked = config.getoption("endpoint") or config.getoption("endpoints")
    on_line = any(Path(str(a).split("::")[0]).name in ("suites",) for a in config.args)
    inside = any("suites" in Path(str(a).split("::")[0]).parts for a in config.args)
    return from_options(config) if asked or on_line or inside else None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xdist_group: a share (known also without pytest-xdist)")
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        if "httptpc" in workerinput:
            number = int(str(workerinput["workerid"]).removeprefix("gw"))
            config.stash[KEY] = unpacked(workerinput["httptpc"], number)
            config.option.loadgroup = True  # what _begin says to the controller
            crew.hear_once()
        return
    try:
        settings = config.hook.pytest_httptpc_settings(config=config)
        if settings is not None:
            _begin(config, settings)
    except UsageError as problem:
        config.hook.pytest_httptpc_take_down()
        raise pytest.UsageError(str(problem)) from None


def _begin(config: pytest.Config, settings: Settings) -> None:
    meet(settings)
    sound(settings, catalogue())
    make_out(settings)
    directory = scratch()
    endpoints = config.hook.pytest_httptpc_stand_up(
        endpoints=settings.endpoints, directory=directory
    )
    settings = standing(settings, endpoints or settings.endpoints)
    unreachable: dict[str, str] = {}
    for endpoint in settings.endpoints:
        try:
            reach(endpoint)
        except Unreachable as fault:
            unreachable[endpoint.name] = str(fault)
    conduct = Conduct(settings, directory)
    conduct.begin(header(settings, now()))
    for name, sentence in unreachable.items():
        conduct.problems.append(sentence)
        del conduct.endpoints[name]
    config.stash[KEY] = conduct
    if config.getoption("dist", "no") != "no":  # also -n without --dist: shares stay whole
        config.option.dist = "loadgroup"
    config.pluginmanager.register(crew.Crew(conduct), "httptpc-crew")
    signal.signal(signal.SIGTERM, _interrupt)
    if settings.progress:
        config.stash[PROGRESS] = Progress()
        config.pluginmanager.register(config.stash[PROGRESS], "httptpc-progress")
        config.pluginmanager.unregister(name="terminalreporter")


def _interrupt(number: int, frame: object) -> None:
    """SIGTERM ends a run like Ctrl-C: the fixtures clean up, and the record is closed."""
    raise KeyboardInterrupt


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    conduct = node.config.stash.get(KEY, None)
    if conduct is not None:
        # a worker is told only of endpoints that can be reached
        conduct.settings = replace(conduct.settings, endpoints=tuple(conduct.endpoints.values()))
        conduct.share(node.workerinput["workercount"])
        node.workerinput["httptpc"] = packed(conduct)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    collecting.generate(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    collecting.select(config, items)  # before xdist notes the groups
    yield
    if KEY in config.stash:
        collecting.order(items)  # after pytest has sorted by fixtures
    progress = config.stash.get(PROGRESS, None)
    for item in items:
        if progress is not None and requirements_of(item):
            progress.expect(endpoint_of(item))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays: the collector of garbage need not look through it every time."""
    if KEY in session.config.stash:
        gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    conduct, ids = item.config.stash.get(KEY, None), requirements_of(item)
    if conduct is None or not ids:
        return
    name = endpoint_of(item)
    conduct.take(name, share_of(item))
    wanted = [i for i in ids if i in conduct.bound[name] and conduct.wants(name, i)]
    ledger = Ledger(name, item.nodeid.split("[")[0], [catalogue().get(i) for i in ids])
    ledger.ignore(set(ids) - set(wanted))
    profiles = conduct.endpoints[name].profiles
    ledger.claimed = frozenset().union(*(catalogue().claims(p) for p in profiles))
    item.stash[judging.LEDGER] = ledger


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    ledger = pyfuncitem.stash.get(judging.LEDGER, None)
    ids = requirements_of(pyfuncitem)
    if ledger is None:
        return (yield)
    try:
        if len(ids) == 1:
            with ledger.judge(ids[0]):
                return (yield)
            return True
        result = yield
    except (Blocked, NotApplicable, Untested) as end:
        judging.close(ledger, end)
        return True
    except Exception as end:
        judging.close(ledger, end)
        raise
    judging.close(ledger, None)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    ledger = item.stash.get(judging.LEDGER, None)
    if ledger is None:
        return report
    if call.when == "setup" and call.excinfo is not None:
        judging.close(ledger, call.excinfo.value)
    outcome = judging.worst(ledger.observations)
    report.httptpc = (endpoint_of(item), outcome.value)  # type: ignore[attr-defined]
    if call.when == "teardown":
        conduct = item.config.stash[KEY]
        for observation in ledger.observations:
            conduct.recorder.write(observation)
    elif call.when == "call" or call.excinfo is not None:
        _show(report, ledger, outcome, item.config.stash[KEY])
    return report


def _show(report: pytest.TestReport, ledger: Ledger, outcome: Outcome, conduct: Conduct) -> None:
    """Make pytest show the outcome: the operator sees the requirement, not our source."""
    text = conduct.redactor.clean(judging.told(ledger.observations))
    if outcome in (Outcome.FAIL, Outcome.ERROR):
        report.outcome = "failed"
    elif outcome in (Outcome.BLOCKED, Outcome.NA, Outcome.UNTESTED):
        report.outcome = "skipped"
    else:
        report.outcome = "passed"
    if report.outcome == "skipped":
        reasons = "; ".join(dict.fromkeys(o.reason for o in ledger.observations))
        report.longrepr = (report.nodeid, 0, conduct.redactor.clean(reasons))
    elif text:
        report.longrepr = text
    report.user_properties.append(("outcome", outcome.value))


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    found = getattr(report, "httptpc", None)
    if found is None or (report.when != "call" and report.passed):
        return None
    return judging.SHOWN[Outcome(found[1])]


def pytest_keyboard_interrupt(excinfo: object) -> None:
    """Noted through the exit status in ``pytest_sessionfinish``."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    conduct = session.config.stash.get(KEY, None)
    if conduct is None:
        return
    conduct.survey_done()
    if conduct.worker is not None:
        conduct.recorder.close()
        return
    conduct.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        conduct.problems.append("an internal error of the harness ended the run")
    matrix = None
    if conduct.settings.matrix and not conduct.interrupted:
        matrix = session.config.hook.pytest_httptpc_matrix(conduct=conduct)
    from harness.plugin.closing import close_run  # slow to import, and no worker wants it

    run, code = close_run(conduct, matrix)
    session.config.stash[RUN] = run
    session.exitstatus = code


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(KEY, None) is not None and not hasattr(config, "workerinput"):
        config.hook.pytest_httptpc_take_down()
