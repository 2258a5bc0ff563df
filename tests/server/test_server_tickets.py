"""Tickets of the data node: a download may come back for more, an upload is made once."""

from __future__ import annotations

import pytest

from reference_server.auth.identity import Identity, Scheme
from reference_server.auth.problems import BadToken
from reference_server.auth.tickets import TicketOffice

USER = Identity("user", Scheme.BEARER)


@pytest.mark.parametrize(("method", "times"), [("GET", 3), ("HEAD", 2), ("PUT", 1), ("COPY", 1)])
def test_how_often_a_ticket_is_good(method: str, times: int) -> None:
    office = TicketOffice(is_open=True)
    code = office.issue(USER, method, "/f")
    for _ in range(times):
        assert office.redeem(code, method, "/f").name == "user"
    if times == 1:
        with pytest.raises(BadToken):
            office.redeem(code, method, "/f")


def test_a_ticket_is_for_one_path_and_method() -> None:
    office = TicketOffice(is_open=True)
    code = office.issue(USER, "GET", "/f")
    for method, path in (("GET", "/g"), ("PUT", "/f")):
        with pytest.raises(BadToken):
            office.redeem(code, method, path)
