"""Before the first check: can the endpoint be reached, and can its certificate be believed?"""

from __future__ import annotations

import ssl

from harness.client.client import TIMEOUT
from harness.client.connection import Ask, Kept, Live, Route, describe_fault
from harness.endpoints import Endpoint
from harness.plugin.settings import Settings
from harness.problems import Unreachable, UsageError
from harness.remote_party import DistantParty

PATIENCE = 8.0
"""Seconds to wait for a connection: an endpoint that is not there is said so within ten."""

SILENCE = TIMEOUT
"""Seconds to wait for the first answer: as long as for any other."""


def meet(settings: Settings) -> None:
    """Ask the remote party once, if there is one. Raises UsageError if it cannot be used."""
    if settings.remote_party is not None:
        settings.redactor.register(settings.remote_party.token, "control token")
        DistantParty(settings.remote_party).close()


def reach(endpoint: Endpoint) -> None:
    """Ask once. Raises Unreachable with a sentence, UsageError if trust cannot be had.

    Whatever is answered will do, and so will the end of the connection, but not silence: every
    check would wait for its answer in vain.
    """
    try:
        connection = Route(endpoint.url, endpoint.ca, endpoint.identity.x509).connect(PATIENCE)
    except ssl.SSLCertVerificationError as problem:
        trusted = endpoint.ca or "the system's authorities"
        raise UsageError(
            f"{endpoint.url}: its certificate cannot be verified with {trusted} "
            f"({problem.verify_message}); give the right CA (--capath, or ca: in endpoints.yaml)"
        ) from None
    except OSError as problem:
        fault = describe_fault(problem)
        raise Unreachable(f"{endpoint.name} cannot be reached at {endpoint.url}: {fault}") from None
    live = Live(Ask("OPTIONS", endpoint.url), Kept(connection))
    answered = live.until(lambda seen: seen.over or seen.reader.head is not None, within=SILENCE)
    live.close()
    if not answered:
        raise Unreachable(
            f"{endpoint.name} takes connections at {endpoint.url}, but answers nothing within "
            f"{SILENCE:g} s"
        )
