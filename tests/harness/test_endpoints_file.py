"""endpoints.yaml: what is right is read, and every mistake is one sentence with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.credentials import Discovery
from harness.endpoints import Endpoint, Limits, load_endpoints
from harness.endpoints.load import OURS
from harness.problems import UsageError
from harness.redact import Redactor


def read(tmp_path: Path, text: str, **environ: str) -> dict[str, Endpoint]:
    file = tmp_path / "endpoints.yaml"
    file.write_text(text, encoding="utf-8")
    return load_endpoints(file, Discovery(Redactor(), environ))


def test_everything_an_entry_may_say(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("opaque-token\n", encoding="utf-8")
    (tmp_path / "other").write_text("weaker-token", encoding="utf-8")
    (tmp_path / "known.yaml").write_text(
        "- {requirement: TPC-005, reason: fixed in 6.1, review-by: 2027-01-01}\n", encoding="utf-8"
    )
    text = """version: 1
endpoints:
  site-a:
    kind: dcache
    url: davs://se.example.org:2880/vo/dir/
    ca: .
    credentials: {token: {file: ./token}, second: {token: {file: ./other}}}
    capabilities: {tpc-push: false}
    profiles: [dcache]
    limits: {parallel: 2, max-file: 100MB, copy-timeout: 30}
    read-only: true
    groups: [prod]
    opt-in: true
    expectations: ./known.yaml
"""
    site = read(tmp_path, text)["site-a"]
    assert site.url == "https://se.example.org:2880/vo/dir/"
    assert site.base_path == "/vo/dir"
    assert (site.identity.token, site.second.token) == ("opaque-token", "weaker-token")
    assert site.limits == Limits(parallel=2, max_file=100_000_000, copy_timeout=30.0)
    assert site.capabilities == {"tpc-push": False}
    assert site.expectations[0].requirement == "TPC-005"
    assert site.read_only
    assert site.opt_in
    assert not site.started_by_us


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version: 1\nendpoints:\n  a: {kind: x}\n  a: {kind: y}\n", 4, "stands twice"),
        ("version: 1\nendpoints:\n  NO: {kind: x}\n", 3, "put it in quotes"),
        ("version: 1\nendpoints:\n  a: {kind: x, read-only: yes}\n", 3, "reads as a boolean"),
        ("version: 1\nendpoints:\n  a: {url: 'root://h:1094//d'}\n", 3, "as xroot-url"),
        ("version: 1\nendpoints:\n  a: {kind: x, xroot-url: 'root://h/d'}\n", 3, "xroot-url"),
        (
            "version: 1\nendpoints:\n  a: {url: 'https://h/d', profiles: [xrootd-tpc]}\n",
            3,
            "needs an xroot-url",
        ),
        (
            "version: 1\nendpoints:\n  a:\n    knd: x\n    url: https://h/\n",
            4,
            "did you mean 'kind'",
        ),
        ("version: 1\nendpoints:\n  a:\n    profiles: [x]\n", 3, "give a url"),
        ("version: 1\nendpoints:\n  a:\n    url: ftp://h/\n", 4, "not of the form https://"),
        ("version: 1\nendpoints:\n  a: {kind: x, addresses: [1.2.3]}\n", 3, "not an IP address"),
        (
            "version: 1\nendpoints:\n  a: {kind: x, barred-peers: [10.0.0.0/33]}\n",
            3,
            "not a network",
        ),
        ("version: 1\nendpoints:\n  a: {kind: x, groups: prod}\n", 3, "groups: has to be a list"),
        (
            "version: 1\nendpoints:\n  a:\n    kind: x\n    start: {deviaton: [y]}\n",
            5,
            "did you mean 'deviation'",
        ),
        (
            "version: 1\nendpoints:\n  a:\n    kind: x\n    credentials: {x509: {cert: y}}\n",
            5,
            "both cert and key",
        ),
        (
            "version: 1\nendpoints:\n  a:\n    kind: x\n    s3: {url: 's3://bucket'}\n",
            5,
            "not of the form https://s3.example.org",
        ),
        ("version: 1\nendpoints:\n  a: {kind: x, ca: ./nowhere}\n", 3, "a: ca: .*does not exist"),
        ("version: 2\nendpoints:\n  a: {kind: x}\n", 1, "1 was expected"),
        ("version: 1\nendpoints:\n  a: [\n", 4, "not valid YAML"),
        (
            "version: 1\nendpoints:\n  a:\n    kind: x\n    expectations: eyJhbGciOi.x\n",
            5,
            "secret",
        ),
        ("version: 1\nendpoints:\n  a: {url: 'https://u:eyJhbGciOi@h/'}\n", 3, "secret"),
        ("version: 1\nendpoints:\n  a: {url: 'https://h/?authz=eyJhbGciOi'}\n", 3, "secret"),
        ("version: 1\nendpoints:\n  a: {kind: x, plain-url: 'http://h/?x'}\n", 3, "of the form"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(UsageError, match=f"line {line}:.*{words}") as told:
        read(tmp_path, text)
    assert "eyJhbGciOi" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("requirement: TPC-005\n", 1, "has to be a list"),
        ("- {requirement: TPC-005}\n", 1, "needs requirement and reason"),
        ("- {requirement: TPC5, reason: x}\n", 1, "not of the form TPC-005"),
        ("- {requirement: TPC-005, reason: x, reviewby: 2027-01-01}\n", 1, "mean 'review-by'"),
        (
            "- requirement: TPC-005\n  reason: x\n  review-by: 2027-02-31\n",
            3,
            "is not a date such as",
        ),
        ("- requirement: TPC-005\n  reason: x\n  review-by: soon\n", 3, "is not a date such as"),
    ],
)
def test_a_mistake_in_expectations(tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
    entry = "version: 1\nendpoints:\n  a: {kind: x, expectations: known.yaml}\n"
    with pytest.raises(UsageError, match=f"line 3: a: .*known.yaml, line {line}: .*{words}"):
        read(tmp_path, entry)


def test_the_home_directory_in_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "known.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{tmp_path}/user.pem does not exist"):
        read(
            tmp_path,
            "version: 1\nendpoints:\n  a: {kind: x, credentials: {x509: {proxy: ~/user.pem}}}",
        )
    text = "version: 1\nendpoints:\n  a: {kind: x, expectations: ~/known.yaml}\n"
    assert read(tmp_path, text)["a"].expectations == ()


def test_files_of_other_entries_do_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.yaml"
    file.write_text(
        "version: 1\nendpoints:\n  a: {kind: x}\n  b: {kind: x, ca: ./nowhere}\n", encoding="utf-8"
    )
    assert list(load_endpoints(file, Discovery(Redactor(), {}), ["a"])) == ["a"]
    with pytest.raises(UsageError, match="line 4: b: ca:"):
        load_endpoints(file, Discovery(Redactor(), {}), ["a", "b"])
    with pytest.raises(UsageError, match="no endpoint 'c'; there are a, b"):
        load_endpoints(file, Discovery(Redactor(), {}), ["c"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_endpoints(tmp_path / "nowhere.yaml", Discovery(Redactor(), {}))


@pytest.mark.parametrize(
    ("entry", "parallel"),
    [
        ("url: 'https://se.example.org/'", Limits().parallel),
        ("kind: reference", OURS.parallel),
        ("kind: reference, limits: {parallel: 3}", 3),
    ],
)
def test_what_we_start_ourselves_may_be_asked_for_more(
    tmp_path: Path, entry: str, parallel: int
) -> None:
    text = f"version: 1\nendpoints:\n  a: {{{entry}}}\n"
    assert read(tmp_path, text)["a"].limits.parallel == parallel


def test_limits_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a size"):
        read(tmp_path, "version: 1\nendpoints:\n  a: {kind: x, limits: {max-file: much}}\n")
