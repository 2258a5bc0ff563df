"""Deviations of cancellation and of the Credential header."""

from __future__ import annotations

from reference_server.behaviour import Behaviour
from reference_server.behaviour.cancelling import Departure
from reference_server.delegation.words import Mechanism
from reference_server.deviations.along import (
    ASKING,
    DELEGATION,
    EXCHANGE,
    WORKING_PULL,
    WORKING_PUSH,
    along,
)
from reference_server.deviations.registry import deviation
from reference_server.refusal import Refusal
from reference_server.transfer.order import Direction


@deviation(
    "pull-outlives-client",
    breaks=("CANCEL-001", "CANCEL-005"),
    seen_in="DEV-D189 StoRM, dCache #6748",
    also=along("the abandoned pull holds its connection", "CANCEL-003"),
)
class PullOutlivesClient(Behaviour):
    """A pull goes on when the client has gone."""

    def cancels(self, direction: Direction, departure: Departure, *, moved: int) -> bool:
        return direction is not Direction.PULL


@deviation(
    "push-outlives-client",
    breaks=("CANCEL-002", "CANCEL-005"),
    seen_in="DEV-D189 StoRM, dCache #6748",
)
class PushOutlivesClient(Behaviour):
    """A push goes on when the client has gone."""

    def cancels(self, direction: Direction, departure: Departure, *, moved: int) -> bool:
        return direction is not Direction.PUSH


@deviation(
    "only-reset-cancels",
    breaks=("CANCEL-005",),
    also=along("an orderly close is no cancellation", "CANCEL-001", "CANCEL-002", "CANCEL-003"),
)
class OnlyResetCancels(Behaviour):
    """An orderly close of the connection is not taken for a cancellation."""

    def cancels(self, direction: Direction, departure: Departure, *, moved: int) -> bool:
        return departure is Departure.RESET


@deviation(
    "cancels-only-with-data",
    breaks=("CANCEL-005",),
    also=along("a push before its first byte goes on as well", "CANCEL-002"),
    seen_in="catalogue mutant",
)
class CancelsOnlyWithData(Behaviour):
    """A client that leaves before the first byte is not noticed."""

    def cancels(self, direction: Direction, departure: Departure, *, moved: int) -> bool:
        return moved > 0


@deviation("cancelled-pull-filled-up", breaks=("CANCEL-006",), seen_in="catalogue mutant")
class CancelledPullFilledUp(Behaviour):
    """What a cancelled pull has received is shown with the full size of the source."""

    def fills_up_cancelled_pull(self) -> bool:
        return True


@deviation("target-stays-locked", breaks=("CANCEL-003",), seen_in="catalogue mutant")
class TargetStaysLocked(Behaviour):
    """The target of a cancelled transfer can never be used again."""

    def frees_target_on_cancel(self) -> bool:
        return False


@deviation(
    "far-side-leaked",
    breaks=("CANCEL-003",),
    seen_in="catalogue mutant",
    also=along("the connection stays open for ever", "CANCEL-001", "CANCEL-002", "CANCEL-005"),
)
class FarSideLeaked(Behaviour):
    """The connection to the far side stays open after a cancellation."""

    def closes_far_side_on_cancel(self) -> bool:
        return False


@deviation(
    "cancel-takes-all",
    breaks=("CANCEL-009",),
    also=along("transfers of the tester beside the cancelled one end with it", "CANCEL-008"),
    seen_in="catalogue mutant",
)
class CancelTakesAll(Behaviour):
    """Cancelling one transfer ends all transfers of the same user."""

    def cancels_others_of_owner(self) -> bool:
        return True


@deviation(
    "credential-ignored",
    breaks=("CRED-002", "CRED-003", "CRED-004"),
    seen_in="DEV-D013 Pelican",
    also=along("transfers go on without the mechanism", DELEGATION, ASKING, EXCHANGE),
)
class CredentialIgnored(Behaviour):
    """The Credential header is ignored."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        return Mechanism.NONE


@deviation(
    "credential-answered-501",
    breaks=("CRED-003", "CRED-004"),
    seen_in="DEV-D014",
    also=along("no mechanism is left", DELEGATION, ASKING, EXCHANGE, "CRED-002"),
)
class CredentialAnswered501(Behaviour):
    """An unsupported Credential is answered 501."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        if value in (None, "none"):
            return Mechanism.NONE
        raise Refusal(501, "unsupported Credential")


@deviation("unknown-credential-is-none", breaks=("CRED-004",), seen_in="catalogue mutant")
class UnknownCredentialIsNone(Behaviour):
    """An undefined Credential value is taken for none."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        known = {item.value: item for item in Mechanism}
        return default if value is None else known.get(value, Mechanism.NONE)


@deviation(
    "delegation-despite-none",
    breaks=("CRED-005",),
    also=along(
        "a redirect replaces every transfer with none", WORKING_PULL, WORKING_PUSH, "CRED-016"
    )
    | along(
        "no COPY is accepted without a delegation",
        "TPC-001",
        "TPC-013",
        "TPC-031",
        "TPC-036",
        "TPC-044",
    ),
    seen_in="DEV-D015 dCache 3.1",
)
class DelegationDespiteNone(Behaviour):
    """With Credential: none the client is asked to delegate."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        if value != "none":
            return super().mechanism(value, default, transfer_fields)
        fields = (("X-Delegate-To", "https://localhost/gridsite"), ("Location", "/again"))
        raise Refusal(302, "delegate first", headers=fields)


@deviation(
    "none-needs-transfer-token",
    breaks=("CRED-007",),
    also=along("most transfers bring no token", WORKING_PULL, WORKING_PUSH, "TPC-036")
    | along(
        "a COPY without a token for the far side is refused",
        "TPC-001",
        "TPC-013",
        "TPC-031",
        "TPC-044",
    ),
)
class NoneNeedsTransferToken(Behaviour):
    """With Credential: none a TransferHeaderAuthorization is demanded."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        if value == "none" and "authorization" not in map(str.lower, transfer_fields):
            raise Refusal(400, "TransferHeaderAuthorization is missing")
        return super().mechanism(value, default, transfer_fields)


@deviation(
    "none-drops-transfer-token",
    breaks=("CRED-006",),
    seen_in="catalogue mutant",
    also=along(
        "the token for the far side is one of the transfer headers",
        "TPC-032",
        "TPC-033",
        "TPC-035",
        "TPC-040",
        "REDIR-022",
    ),
)
class NoneDropsTransferToken(Behaviour):
    """With Credential: none the forwarded Authorization is refused."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        if value == "none" and "authorization" in map(str.lower, transfer_fields):
            raise Refusal(400, "none means no credential at all")
        return super().mechanism(value, default, transfer_fields)


@deviation(
    "missing-credential-crashes",
    breaks=("CRED-009",),
    also=along("no default is left", "CRED-010", "CRED-011", "CRED-012"),
)
class MissingCredentialCrashes(Behaviour):
    """A COPY without Credential ends in 500."""

    def mechanism(
        self, value: str | None, default: Mechanism, transfer_fields: list[str]
    ) -> Mechanism:
        if value is None:
            raise Refusal(500, "internal error")
        return super().mechanism(value, default, transfer_fields)


@deviation(
    "only-bearer-forwarded",
    breaks=("CRED-016",),
    also=along("Basic never reaches the far side", "TPC-033", "REDIR-022"),
)
class OnlyBearerForwarded(Behaviour):
    """A forwarded Authorization that is not a bearer token is refused."""

    def transfer_field_problem(self, name: str, value: str) -> str | None:
        is_other = name.lower() == "authorization" and not value.startswith("Bearer ")
        if is_other:
            return "only bearer tokens are forwarded"
        return super().transfer_field_problem(name, value)
