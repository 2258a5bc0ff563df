"""xrdcp over https, by XRootD's client plug-in for HTTP and a proxy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.clients import Done, Program, Setting, absent
from tests.real.places import Place

CLIENT = Program("xrdcp", "xrootd-client")
PLUGIN = Path("/etc/xrootd/client.plugins.d/xrdcl-http-plugin.conf")
pytestmark = [pytest.mark.real, pytest.mark.usefixtures("client")]
Run = Callable[..., Done]


@pytest.fixture
def run(setting: Callable[..., Setting], proxy: Path, tmp_path: Path) -> Run:
    """Run a command with no plug-in but the one for HTTP."""
    if not PLUGIN.exists():
        absent("Debian package xrootd-client-http-plugins is not installed")
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "http.conf").write_bytes(PLUGIN.read_bytes())
    where = setting({"X509_USER_PROXY": str(proxy), "XRD_PLUGINCONFDIR": str(plugins)})
    return lambda *words: where.run(words)


def test_a_file_goes_there_and_back(run: Run, here: Place, content: Path, tmp_path: Path) -> None:
    done = run("xrdcp", "--allow-http", "--nopbar", content, here.url("/f"))
    assert done.code == 0, done.err.decode()
    assert here.has("/f", content)
    done = run("xrdcp", "--allow-http", "--nopbar", here.url("/f"), tmp_path / "back")
    assert done.code == 0, done.err.decode()
    assert (tmp_path / "back").read_bytes() == content.read_bytes()


def test_a_head_node_redirects_there_and_back(
    run: Run, redirected: Place, content: Path, tmp_path: Path
) -> None:
    test_a_file_goes_there_and_back(run, redirected, content, tmp_path)


def test_an_existing_file_is_replaced_only_by_force(run: Run, here: Place, content: Path) -> None:
    here.put("/f", PLUGIN)
    assert run("xrdcp", "--allow-http", "--nopbar", content, here.url("/f")).code != 0
    assert here.has("/f", PLUGIN)
    assert run("xrdcp", "--allow-http", "--nopbar", "-f", content, here.url("/f")).code == 0
    assert here.has("/f", content)


def test_a_file_is_seen_and_removed(run: Run, here: Place, content: Path) -> None:
    here.put("/f", content)
    said = run("xrdfs", here.server.url, "stat", f"{here.path}/f").text
    assert str(content.stat().st_size) in said.split()
    assert run("xrdfs", here.server.url, "rm", f"{here.path}/f").code == 0
    assert here.lacks("/f")
