"""The GridSite delegation service, spoken to as gSOAP clients do, and the COPYs that need it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from defusedxml.ElementTree import fromstring

from fixtures.pki import Credential, Shape, Window, certify_proxy
from fixtures.pki.material import cert_pem
from tests.server.server_kit import Server
from tests.server.wire_client import Answer, Client

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SPACES = {n: f"http://www.gridsite.org/namespaces/delegation-{n}" for n in (1, 2)}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" '
    'xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    f'xmlns:tns="{SPACES[1]}" xmlns:tns2="{SPACES[2]}">'
    "<SOAP-ENV:Body>%s</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
"""How gSOAP wraps a call: prefixes declared for both versions, children without a namespace."""
DAVIX_ID = "1234"


@dataclass
class Service:
    """The service of a server, called by the holder of a certificate."""

    client: Client
    version: int = 2

    def post(self, inside: str) -> Answer:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        return self.client.ask(
            "POST", "/gridsite-delegation", headers, (ENVELOPE % inside).encode()
        )

    def call(self, operation: str, *, version: int = 0, **given: str) -> Element:
        """The one element in the body of the answer."""
        prefix = "tns2" if (version or self.version) == 2 else "tns"
        inside = "".join(f"<{name}>{text}</{name}>" for name, text in given.items())
        answer = self.post(f"<{prefix}:{operation}>{inside}</{prefix}:{operation}>")
        [body] = fromstring(answer.body)
        [element] = body
        is_fault = element.tag == f"{{{SOAP}}}Fault"
        assert answer.status == (500 if is_fault else 200)
        return element

    def request(self, identifier: str = DAVIX_ID) -> x509.CertificateSigningRequest:
        answer = self.call("getProxyReq", delegationID=identifier)
        return x509.load_pem_x509_csr((answer[0].text or "").encode())


def text_of(element: Element, path: str) -> str:
    found = element.find(path)
    assert found is not None
    return found.text or ""


def fault_of(element: Element) -> str:
    """The words of a fault, empty for another answer."""
    return text_of(element, "faultstring") if element.tag == f"{{{SOAP}}}Fault" else ""


@pytest.fixture
def user(server: Server) -> Credential:
    shown = server.ready["credentials"]
    return Credential.load(Path(shown["cert"]), Path(shown["key"]))


@pytest.fixture
def certified(server: Server) -> Iterator[Client]:
    shown = server.ready["credentials"]
    with server.client(token=None, cert=shown["cert"], key=shown["key"]) as client:
        yield client


@pytest.fixture
def service(certified: Client) -> Iterator[Service]:
    """The service with nothing delegated under the ID of davix."""
    made = Service(certified)
    yield made
    made.call("destroy", delegationID=DAVIX_ID)


def proxy_for(request: x509.CertificateSigningRequest, user: Credential, life: dt.timedelta) -> str:
    key = request.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    proxy = certify_proxy(user, Shape(Window.around_now(life)), key)
    return cert_pem(proxy, user.certificate, *user.chain).decode()


@pytest.fixture
def delegate(service: Service, user: Credential) -> Callable[..., Element]:
    """Delegate a proxy of some life under the ID of davix."""

    def act(life: dt.timedelta = dt.timedelta(hours=2)) -> Element:
        proxy = proxy_for(service.request(), user, life)
        return service.call("putProxy", delegationID=DAVIX_ID, proxy=proxy)

    return act


def test_interface_version_is_told_in_the_second_namespace_only(service: Service) -> None:
    answer = service.call("getInterfaceVersion")
    assert answer.tag == f"{{{SPACES[2]}}}getInterfaceVersionResponse"
    assert text_of(answer, "getInterfaceVersionReturn") == "2.0.0"
    assert fault_of(service.call("getInterfaceVersion", version=1)) == "Method not implemented"
    assert fault_of(service.call("makeCoffee")) == "Method not implemented"


def test_proxy_is_taken_and_its_end_is_told(
    service: Service, delegate: Callable[..., Element]
) -> None:
    assert fault_of(service.call("getTerminationTime", delegationID=DAVIX_ID))
    assert delegate(dt.timedelta(minutes=30)).tag == f"{{{SPACES[2]}}}putProxyResponse"
    told = text_of(service.call("getTerminationTime", delegationID=DAVIX_ID), "*")
    left = dt.datetime.fromisoformat(told) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=29) < left <= dt.timedelta(minutes=30)


def test_first_version_chooses_the_id(service: Service, user: Credential) -> None:
    service.version = 1
    answer = service.call("getNewProxyReq")
    pem, number = text_of(answer, "*/proxyRequest"), text_of(answer, "*/delegationID")
    proxy = proxy_for(x509.load_pem_x509_csr(pem.encode()), user, dt.timedelta(hours=1))
    put = service.call("putProxy", delegationID=number, proxy=proxy)
    assert put.tag == f"{{{SPACES[1]}}}putProxyResponse"
    assert not fault_of(service.call("destroy", delegationID=number))
    assert fault_of(service.call("destroy", delegationID=number))


def test_server_of_the_first_version_knows_no_second(launch: Callable[..., Server]) -> None:
    server = launch("--delegation", "1")
    shown = server.ready["credentials"]
    with server.client(token=None, cert=shown["cert"], key=shown["key"]) as client:
        service = Service(client)
        assert fault_of(service.call("getInterfaceVersion")) == "Method not implemented"
        assert fault_of(service.call("getProxyReq", delegationID="x"))
        assert not fault_of(service.call("getProxyReq", version=1, delegationID="x"))


def test_unwanted_proxies_are_refused(
    service: Service, user: Credential, delegate: Callable[..., Element]
) -> None:
    stranger = certify_proxy(user, Shape(Window.around_now(dt.timedelta(hours=1))), _key())
    for text in (cert_pem(stranger, user.certificate).decode(), "no PEM", ""):
        service.request()
        assert fault_of(service.call("putProxy", delegationID=DAVIX_ID, proxy=text))
    over = certify_proxy(user, Shape(Window.over()), _public(service.request()))
    late = cert_pem(over, user.certificate).decode()
    assert "not valid now" in fault_of(service.call("putProxy", delegationID=DAVIX_ID, proxy=late))
    own = cert_pem(user.certificate).decode()
    assert fault_of(service.call("putProxy", delegationID=DAVIX_ID, proxy=own))
    assert not fault_of(delegate())


def _key() -> rsa.RSAPublicKey:
    return rsa.generate_private_key(65537, 2048).public_key()


def _public(request: x509.CertificateSigningRequest) -> rsa.RSAPublicKey:
    key = request.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def test_open_requests_are_bounded(service: Service, user: Credential) -> None:
    """The oldest request gives way, so its proxy comes too late."""
    first = service.request("bound-0")
    for number in range(1, 17):
        service.request(f"bound-{number}")
    proxy = proxy_for(first, user, dt.timedelta(hours=1))
    late = service.call("putProxy", delegationID="bound-0", proxy=proxy)
    assert fault_of(late) == "no request was made under this ID"
    for number in range(1, 17):
        assert not fault_of(service.call("destroy", delegationID=f"bound-{number}"))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not XML",
        b"<a/>",
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body/></e:Envelope>'.encode(),
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<?xml version="1.0" encoding="no-such-thing"?><x/>',
    ],
)
def test_what_is_no_soap_is_a_bad_request(certified: Client, document: bytes) -> None:
    assert certified.ask("POST", "/gridsite-delegation", {}, document).status == 400


def test_messages_are_bounded(certified: Client) -> None:
    assert certified.ask("POST", "/gridsite-delegation", {}, b"<" * 70_000).status == 413


def test_callers_without_certificate_are_refused(server: Server) -> None:
    for token in (None, server.token):
        with server.client(token=token) as client:
            body = (ENVELOPE % "<tns2:getProxyReq/>").encode()
            assert client.ask("POST", "/gridsite-delegation", {}, body).status == 403


def test_without_the_service_gridsite_is_unsupported(launch: Callable[..., Server]) -> None:
    server = launch("--delegation", "off")
    shown = server.ready["credentials"]
    source = {"Source": "https://localhost:1/f"}
    with server.client(token=None, cert=shown["cert"], key=shown["key"]) as client:
        asked = client.ask("COPY", "/x", {**source, "Credential": "gridsite"})
        assert asked.status == 400
        assert client.ask("COPY", "/x", source).status == 202


@pytest.fixture
def far(pair: tuple[Server, Server]) -> Iterator[str]:
    """A file on a server that lets in nobody unknown."""
    with pair[1].client() as client:
        client.ask("PUT", "/delegated-source", body=b"only for those who are known")
    yield f"{pair[1].url}/delegated-source"
    with pair[1].client() as client:
        client.ask("DELETE", "/delegated-source")


COPY = {"Credential": "gridsite"}


def test_copy_asks_once_and_then_uses_the_proxy(
    server: Server, certified: Client, far: str, delegate: Callable[..., Element]
) -> None:
    asked = certified.ask("COPY", "/delegated?a=b", {**COPY, "Source": far})
    assert asked.status == 302
    assert asked.headers["x-delegate-to"] == "https://localhost/gridsite-delegation"
    location = asked.headers["location"]
    assert location == "https://localhost/delegated?a=b&delegation=requested"
    back = location.removeprefix("https://localhost")
    assert certified.ask("COPY", back, {**COPY, "Source": far}).status == 403
    delegate()
    assert certified.ask("COPY", back, {**COPY, "Source": far}).result == "success: Created"
    assert certified.ask("COPY", "/delegated", {"Source": far}).result == "success: Created"
    plain = certified.ask("COPY", "/delegated", {"Credential": "none", "Source": far})
    assert plain.result.startswith("failure: rejected GET: 401")


ZONES = {21: (202, 202), 19: (302, 202), 3: (302, 202), 1: (302, 403)}
"""Minutes left -> answers to a COPY, and to the one that comes back."""


@pytest.mark.parametrize("minutes", ZONES)
def test_zones_of_validity(
    certified: Client, far: str, delegate: Callable[..., Element], minutes: int
) -> None:
    delegate(dt.timedelta(minutes=minutes))
    fields = {**COPY, "Source": far}
    first = certified.ask("COPY", "/zone", fields).status
    assert (first, certified.ask("COPY", "/zone?delegation=requested", fields).status) == ZONES[
        minutes
    ]


def test_credential_does_not_go_over_plain_http(certified: Client) -> None:
    source = {"Source": "http://localhost:1/f"}
    assert certified.ask("COPY", "/x", {**COPY, **source}).status == 400


def test_who_brings_a_token_for_the_far_side_needs_no_delegation(certified: Client) -> None:
    fields = {"Source": "https://localhost:1/f", "TransferHeaderAuthorization": "Bearer x"}
    assert certified.ask("COPY", "/x", fields).status == 202


def test_keys_touch_no_disk(server: Server, delegate: Callable[..., Element]) -> None:
    delegate()
    folder = Path(server.ready["ca"]).parent
    files = {path for path in folder.rglob("*") if path.is_file()}
    keys = {path.name for path in files if b"PRIVATE KEY" in path.read_bytes()}
    assert keys == {"host.key", "user.key", "proxy.pem"}
