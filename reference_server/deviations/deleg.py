"""Deviations of the Credential header's defaults, the delegation dance and the token exchange."""

from __future__ import annotations

from reference_server.auth.identity import Scheme
from reference_server.behaviour import Behaviour
from reference_server.behaviour.delegation import LONG_ENOUGH
from reference_server.delegation.words import Mechanism, Step
from reference_server.deviations.along import ASKING, DELEGATION, along
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal
from reference_server.transfer.remote_url import RemoteUrl

FOUND_AGAIN = ("DELEG-013", "DELEG-014", "DELEG-015", "DELEG-026", "CRED-008")
"""Entries whose probe delegates, and then sees the credential used without asking."""


@deviation(
    "own-certificate-instead-of-asking",
    breaks=("DELEG-002", "CRED-002"),
    also=along("nobody is ever told where to delegate", DELEGATION, ASKING),
)
class OwnCertificateInsteadOfAsking(Behaviour):
    """Without delegated credential the server's own certificate is shown to the far side."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        if remaining is None:
            return Step.OWN
        return super().delegation_step(remaining, asked=asked)


@deviation(
    "missing-delegation-is-401",
    breaks=("DELEG-002", "DELEG-008"),
    also=along("nobody is ever told where to delegate", DELEGATION, ASKING),
)
class MissingDelegationIs401(Behaviour):
    """Without delegated credential a COPY is answered 401, without X-Delegate-To."""

    def delegation_request(self, delegate_to: str, location: str) -> Refusal:
        challenge = (("WWW-Authenticate", 'Bearer realm="httptpc"'),)
        return Refusal(401, "no delegated credential", headers=challenge)


@deviation(
    "expired-delegation-is-used",
    breaks=("DELEG-003",),
    also=along("ninety seconds count as well", "DELEG-017"),
)
class ExpiredDelegationIsUsed(Behaviour):
    """Nobody looks when a delegated credential expires."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        if remaining is None:
            return super().delegation_step(None, asked=asked)
        return Step.USE


@deviation(
    "short-delegation-crashes",
    breaks=("DELEG-004", "DELEG-007"),
    also=along("five minutes are short as well", "DELEG-017"),
)
class ShortDelegationCrashes(Behaviour):
    """A credential of less than twenty minutes leads to 500."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        if remaining is not None and 0 < remaining < LONG_ENOUGH:
            return Step.CRASH
        return super().delegation_step(remaining, asked=asked)


@deviation(
    "delegation-asked-every-time",
    breaks=("DELEG-005",),
    also=along(
        "a credential counts after asking only", "DELEG-014", "DELEG-015", "DELEG-026", "CRED-008"
    ),
)
class DelegationAskedEveryTime(Behaviour):
    """Every COPY is answered with a request to delegate first."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        return super().delegation_step(remaining, asked=True) if asked else Step.ASK


@deviation(
    "delegation-wants-twelve-hours",
    breaks=("DELEG-005",),
    also=along("two hours are not enough", FOUND_AGAIN, "DELEG-017"),
)
class DelegationWantsTwelveHours(Behaviour):
    """A credential of less than twelve hours counts as absent."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        enough = remaining is not None and remaining >= 12 * 3600
        return super().delegation_step(remaining if enough else None, asked=asked)


@deviation("delegation-asked-for-ever", breaks=("DELEG-006",), seen_in="DEV-D156")
class DelegationAskedForEver(Behaviour):
    """A client that does not delegate is redirected again and again."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        right = super().delegation_step(remaining, asked=asked)
        return Step.ASK if right is Step.REFUSE else right


@deviation(
    "undelegated-goes-bare",
    breaks=("DELEG-006",),
    also=along("ninety seconds count as nothing, and nothing is needed", "DELEG-017"),
)
class UndelegatedGoesBare(Behaviour):
    """A client that does not delegate gets its transfer without any credential."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        right = super().delegation_step(remaining, asked=asked)
        return Step.BARE if right is Step.REFUSE else right


@deviation(
    "short-delegation-asked-for-ever",
    breaks=("DELEG-007",),
    seen_in="DEV-D155 dCache before 5.0",
    also=along("five minutes are short as well", "DELEG-017"),
)
class ShortDelegationAskedForEver(Behaviour):
    """A client that keeps a credential of less than twenty minutes is redirected for ever."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        short = remaining is not None and 0 < remaining < LONG_ENOUGH
        return Step.ASK if short else super().delegation_step(remaining, asked=asked)


@deviation("delegation-of-ninety-seconds-is-used", breaks=("DELEG-017",))
class DelegationOfNinetySecondsIsUsed(Behaviour):
    """Once asked for, a credential of any length is used."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        alive = asked and remaining is not None and remaining > 0
        return Step.USE if alive else super().delegation_step(remaining, asked=asked)


@deviation(
    "own-certificate-with-delegation",
    breaks=("DELEG-014", "CRED-002"),
    also=along("nothing shows that a credential is used", "CRED-008"),
)
class OwnCertificateWithDelegation(Behaviour):
    """The far side is shown the server's certificate although a proxy was delegated."""

    def delegation_step(self, remaining: float | None, *, asked: bool) -> Step:
        right = super().delegation_step(remaining, asked=asked)
        return Step.OWN if right is Step.USE else right


@deviation(
    "delegation-asked-with-200",
    breaks=("DELEG-008",),
    also=along("the answer looks like a success", "DELEG-002", "CRED-011"),
)
class DelegationAskedWith200(Behaviour):
    """The request to delegate has status 200."""

    def delegation_request(self, delegate_to: str, location: str) -> Refusal:
        headers = (("X-Delegate-To", delegate_to), ("Location", location))
        return Refusal(200, "delegate first", headers=headers)


@deviation(
    "delegation-without-location",
    breaks=("DELEG-008",),
    seen_in="DEV-D156",
    also=along("the client comes back to where it was", "DELEG-006", "DELEG-007", "DELEG-017"),
)
class DelegationWithoutLocation(Behaviour):
    """The request to delegate has no Location."""

    def delegation_request(self, delegate_to: str, location: str) -> Refusal:
        return Refusal(302, "delegate first", headers=(("X-Delegate-To", delegate_to),))


@deviation(
    "redirect-without-delegate-to",
    breaks=("DELEG-008", "DELEG-002"),
    also=along("nobody is ever told where to delegate", DELEGATION, ASKING),
)
class RedirectWithoutDelegateTo(Behaviour):
    """The request to delegate has no X-Delegate-To."""

    def delegation_request(self, delegate_to: str, location: str) -> Refusal:
        return Refusal(302, "delegate first", headers=(("Location", location),))


@deviation(
    "delegate-to-with-commas",
    breaks=("DELEG-009",),
    seen_in="DEV-D156",
    also=along("the list has to be read to be tried", "DELEG-010"),
)
class DelegateToWithCommas(Behaviour):
    """X-Delegate-To lists its URLs with commas between them."""

    def delegate_to(self, urls: list[str]) -> str:
        return ", ".join([*urls, *urls])


@deviation(
    "delegate-to-is-relative",
    breaks=("DELEG-009",),
    also=along("the list has to be read to be tried", "DELEG-010"),
)
class DelegateToIsRelative(Behaviour):
    """X-Delegate-To holds a path."""

    def delegation_url(self, base: str, path: str) -> str:
        return path


@deviation(
    "delegate-to-nowhere",
    breaks=("DELEG-010",),
    also=along("nobody finds the service", DELEGATION),
)
class DelegateToNowhere(Behaviour):
    """X-Delegate-To leads to a URL that is no service."""

    def delegation_url(self, base: str, path: str) -> str:
        return f"{base}{path}-moved"


@deviation(
    "delegate-to-plain-http",
    breaks=("DELEG-010",),
    also=along("nobody can show a certificate there", DELEGATION),
)
class DelegateToPlainHttp(Behaviour):
    """X-Delegate-To names the service with http."""

    def delegation_url(self, base: str, path: str) -> str:
        return base.replace("https://", "http://", 1) + path


@deviation(
    "delegation-under-another-name",
    breaks=("DELEG-013",),
    also=along("no delegation is found again", FOUND_AGAIN, "DELEG-005", "DELEG-017"),
)
class DelegationUnderAnotherName(Behaviour):
    """A delegated credential is stored under a name that no COPY looks for."""

    def delegated_under(self, subject: str) -> str:
        return f"{subject}/CN=proxy"


@deviation("last-delegation-for-everybody", breaks=("DELEG-014", "DELEG-015"))
class LastDelegationForEverybody(Behaviour):
    """A COPY uses the credential of whoever delegated last."""

    def delegations_of(self, subject: str, latest: str) -> str:
        return latest or subject


@deviation("gridsite-without-certificate-is-none", breaks=("DELEG-016", "CRED-002"))
class GridsiteWithoutCertificateIsNone(Behaviour):
    """A mechanism that does not go with the login is taken for none."""

    def unsuited_login(self, mechanism: Mechanism) -> Refusal | None:
        return None if mechanism is Mechanism.GRIDSITE else super().unsuited_login(mechanism)


@deviation("none-shows-delegation", breaks=("CRED-008",))
class NoneShowsDelegation(Behaviour):
    """With Credential: none a stored proxy is shown to the far side."""

    def shows_delegated(self, mechanism: Mechanism) -> bool:
        return True


@deviation("token-users-default-to-none", breaks=("CRED-010",))
class TokenUsersDefaultToNone(Behaviour):
    """A COPY of an OIDC user without Credential is treated as none."""

    def default_mechanism(self, login: Scheme, natural: Mechanism) -> Mechanism:
        return Mechanism.NONE if login is Scheme.BEARER else natural


@deviation("certificate-users-default-to-none", breaks=("CRED-011",))
class CertificateUsersDefaultToNone(Behaviour):
    """A COPY of a certificate user without Credential is treated as none."""

    def default_mechanism(self, login: Scheme, natural: Mechanism) -> Mechanism:
        return Mechanism.NONE if login is Scheme.X509 else natural


@deviation(
    "macaroon-users-default-to-gridsite",
    breaks=("CRED-012",),
    seen_in="DEV-D017 dCache before 5.0, DPM",
)
class MacaroonUsersDefaultToGridsite(Behaviour):
    """A COPY of a macaroon user without Credential is treated as gridsite."""

    def default_mechanism(self, login: Scheme, natural: Mechanism) -> Mechanism:
        return Mechanism.GRIDSITE if login is Scheme.MACAROON else natural


@deviation(
    "token-forwarded-unchanged",
    breaks=("CRED-013", "CRED-002"),
    also=along("the default is oidc as well", "CRED-010"),
)
class TokenForwardedUnchanged(Behaviour):
    """With oidc the far side gets the requester's own token."""

    def token_for_far_side(self, original: str, exchanged: str) -> str:
        return original


@deviation(
    "foreign-provider-asked",
    breaks=("CRED-013", "CRED-002"),
    also=along("the default is oidc as well", "CRED-010"),
)
class ForeignProviderAsked(Behaviour):
    """The token is exchanged at another provider than the one that gave it."""

    def provider_to_ask(self, issuer: str, known: list[str]) -> str:
        return next((other for other in known if other != issuer), issuer)


@deviation("failed-exchange-goes-bare", breaks=("CRED-014",))
class FailedExchangeGoesBare(Behaviour):
    """When the exchange fails the transfer goes on without a token."""

    def exchange_failed(self, problem: str) -> Refusal | None:
        return None


@deviation("exchanged-token-over-http", breaks=("CRED-015",))
class ExchangedTokenOverHttp(Behaviour):
    """An exchanged token is sent to an http far side."""

    def plain_http_problem(self, mechanism: Mechanism, remote: RemoteUrl) -> Refusal | None:
        return None
