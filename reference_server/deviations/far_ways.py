"""Deviations of the way to the far side: redirects, certificates, versions of TLS."""

from __future__ import annotations

import ssl

from reference_server.behaviour import Behaviour
from reference_server.deviations.registry import deviation
from reference_server.refusal import Headers
from reference_server.transfer.problems import TransferFailed


@deviation("redirect-on-get-fails", breaks=("REDIR-015",), seen_in="catalogue mutant")
class RedirectOnGetFails(Behaviour):
    """A redirected GET fails."""

    def follows_redirect(self, method: str, status: int) -> bool:
        return method != "GET" and status in (301, 302, 303, 307, 308)


@deviation("redirect-on-put-fails", breaks=("REDIR-016",), seen_in="DEV-D107 dCache before 3.2")
class RedirectOnPutFails(Behaviour):
    """A redirected PUT fails."""

    def follows_redirect(self, method: str, status: int) -> bool:
        return method != "PUT" and status in (301, 302, 303, 307, 308)


@deviation("redirect-on-head-fails", breaks=("REDIR-023",), seen_in="catalogue mutant")
class RedirectOnHeadFails(Behaviour):
    """A redirected HEAD counts as refused."""

    def follows_redirect(self, method: str, status: int) -> bool:
        return method != "HEAD" and status in (301, 302, 303, 307, 308)


@deviation("push-needs-100", breaks=("REDIR-028",), seen_in="new with the requirement")
class PushNeeds100(Behaviour):
    """A push fails whose destination sends no 100."""

    def no_continue_came(self) -> None:
        raise TransferFailed("far side sent no 100 (Continue)")


@deviation("token-follows-redirect", breaks=("REDIR-018",), seen_in="DEV-D163 dCache before 6.2")
class TokenFollowsRedirect(Behaviour):
    """Transfer headers go wherever a redirect leads, to other hosts too."""

    def after_redirect(self, headers: Headers, *, same_origin: bool) -> Headers:
        return headers


@deviation("redirects-without-end", breaks=("REDIR-017",), seen_in="DEV-D165")
class RedirectsWithoutEnd(Behaviour):
    """Redirects of the far side are followed for ever."""

    def may_hop(self, hops: int) -> bool:
        return True


@deviation("certificate-not-verified", breaks=("AUTH-021",), seen_in="DEV-D097")
class CertificateNotVerified(Behaviour):
    """The certificate of the far side is not verified."""

    def verifies_certificate(self) -> bool:
        return False


@deviation("host-name-not-compared", breaks=("AUTH-021",), seen_in="DEV-D097")
class HostNameNotCompared(Behaviour):
    """The far side's certificate may bear any host name."""

    def name_to_verify(self, host: str) -> str | None:
        return None


@deviation("tls13-unknown", breaks=("AUTH-031",), seen_in="DEV-D100 dCache")
class Tls13Unknown(Behaviour):
    """The far side is spoken to by TLS 1.2 and nothing newer."""

    def only_tls(self) -> ssl.TLSVersion | None:
        return ssl.TLSVersion.TLSv1_2


@deviation("tls12-unknown", breaks=("AUTH-031",), seen_in="new with the requirement")
class Tls12Unknown(Behaviour):
    """The far side is spoken to by TLS 1.3 and nothing older."""

    def only_tls(self) -> ssl.TLSVersion | None:
        return ssl.TLSVersion.TLSv1_3
