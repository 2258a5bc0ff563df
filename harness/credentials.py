"""Where the tester's credentials come from, in the order the community agreed on.

Explicit ones first; then WLCG Bearer Token Discovery; then the usual places of X.509 proxies and
certificates. A credential that is there but cannot be used is an error; one that is simply
absent is not: what needs it stays untested.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509

from harness.identity import X509, Identity
from harness.problems import UsageError
from harness.redact import Redactor, Secret

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 section 2.1: b64token


class Discovery:
    """Finds credentials and registers every secret it touches with the redactor."""

    def __init__(self, redactor: Redactor, environ: Mapping[str, str] | None = None) -> None:
        self._redactor = redactor
        self._environ = os.environ if environ is None else environ

    def identity(self, given: dict[str, Any], folder: Path, what: str) -> Identity:
        """The identity for ``what``: the given credentials, or what discovery finds."""
        explicit = self.given(given, folder)
        return explicit if not explicit.empty else self.discovered(what)

    def given(self, given: dict[str, Any], folder: Path) -> Identity:
        """The credentials an endpoints.yaml entry refers to; empty if it names none."""
        token = self._referred(given["token"], folder) if "token" in given else None
        pair = given.get("x509")
        cert = _named(folder, pair.get("proxy") or pair["cert"]) if pair else None
        key = _named(folder, pair.get("proxy") or pair["key"]) if pair else None
        found = X509(cert, key) if cert and key else None
        if found:
            _check_certificate(found.cert)
        return Identity(token, found, "endpoints.yaml" if token or found else "")

    def discovered(self, what: str) -> Identity:
        """What the environment and the usual places offer."""
        token, where = self._discover_token()
        pair, place = self._discover_x509()
        return Identity(token, pair, ", ".join(w for w in (where, place) if w))

    def token(self, text: str, where: str) -> Secret:
        """A token from ``text``; raises UsageError if it is malformed or has expired."""
        value = text.strip()
        if not _TOKEN.fullmatch(value):
            raise UsageError(
                f"{where}: not a bearer token (RFC 6750 section 2.1 allows no such character)"
            )
        secret = self._redactor.register(value, "token")
        _check_expiry(value, where)
        return secret

    def _referred(self, reference: dict[str, str], folder: Path) -> Secret:
        if "env" in reference:
            name = reference["env"]
            if not self._environ.get(name):
                raise UsageError(f"credentials: the environment variable {name} is not set")
            return self.token(self._environ[name], f"environment variable {name}")
        path = _named(folder, reference["file"])
        return self.token(_read(path), str(path))

    def _discover_token(self) -> tuple[Secret | None, str]:
        """WLCG Bearer Token Discovery, version 1.0."""
        direct = self._environ.get("BEARER_TOKEN", "").strip()
        if direct:
            return self.token(direct, "BEARER_TOKEN"), "BEARER_TOKEN"
        for place in self._token_files():
            if place.is_file() and (text := _read(place).strip()):
                return self.token(text, str(place)), str(place)
        return None, ""

    def _token_files(self) -> list[Path]:
        name = f"bt_u{os.geteuid()}"
        named = self._environ.get("BEARER_TOKEN_FILE")
        runtime = self._environ.get("XDG_RUNTIME_DIR")
        places = [Path(named)] if named else []
        places += [Path(runtime) / name] if runtime else []
        return [*places, Path("/tmp") / name]  # noqa: S108 - fixed by the discovery document

    def _discover_x509(self) -> tuple[X509 | None, str]:
        named = self._environ.get("X509_USER_PROXY")
        proxy = Path(named) if named else Path(f"/tmp/x509up_u{os.geteuid()}")  # noqa: S108
        if named or proxy.is_file():
            _check_certificate(_existing(proxy))
            return X509(proxy, proxy), str(proxy)
        cert, key = self._environ.get("X509_USER_CERT"), self._environ.get("X509_USER_KEY")
        home = Path(self._environ.get("HOME", "/nonexistent")) / ".globus"
        pair = X509(
            Path(cert) if cert else home / "usercert.pem",
            Path(key) if key else home / "userkey.pem",
        )
        if not (cert and key) and not (pair.cert.is_file() and pair.key.is_file()):
            return None, ""
        _check_certificate(_existing(pair.cert))
        return X509(pair.cert, _existing(pair.key)), str(pair.cert)


def ca_directory(environ: Mapping[str, str] | None = None) -> Path | None:
    """The CA directory of the grid: X509_CERT_DIR, then /etc/grid-security/certificates."""
    named = (os.environ if environ is None else environ).get("X509_CERT_DIR")
    usual = Path("/etc/grid-security/certificates")
    return Path(named) if named else (usual if usual.is_dir() else None)


def _named(folder: Path, text: str) -> Path:
    """The file that an entry names, from the folder of the entry."""
    return _existing(folder / Path(text).expanduser())


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"credentials: {path} does not exist")
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"credentials: {path} cannot be read ({problem})") from None


def _check_expiry(token: str, where: str) -> None:
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": True})
    except jwt.ExpiredSignatureError:
        raise UsageError(f"{where}: the token has expired; get a new one") from None
    except (jwt.PyJWTError, ValueError):
        return  # opaque to us, and it may be: a token is for the server to understand
    del claims


def _check_certificate(path: Path) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise UsageError(f"credentials: {path} holds no PEM certificate ({problem})") from None
    now = datetime.datetime.now(datetime.UTC)
    if certificate.not_valid_after_utc < now:
        ended = certificate.not_valid_after_utc.isoformat()
        raise UsageError(f"credentials: {path} has expired ({ended}); renew it")
