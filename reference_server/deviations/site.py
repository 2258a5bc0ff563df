"""Deviations of an installation: right programs, wrongly set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cryptography import x509

from reference_server.auth.identity import Activity, Grant, Identity, Rights
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import WORKING_PULL, WORKING_PUSH, along
from reference_server.deviations.registry import deviation

VOMS_ATTRIBUTES = x509.ObjectIdentifier("1.3.6.1.4.1.8005.100.100.5")
READING = frozenset({Activity.DOWNLOAD, Activity.LIST, Activity.READ_METADATA})


@deviation(
    "transfer-service-missing",
    breaks=("SITE-001",),
    also=along("no third-party copy is served", WORKING_PULL, WORKING_PUSH, "SITE-007")
    | along("no copy is made", "TPC-001", "DELEG-013", "DELEG-014", "CRED-013"),
)
class TransferServiceMissing(Behaviour):
    """The door is bound to a transfer manager that is not there: COPY is answered 500."""

    def transfer_service_problem(self) -> str | None:
        return "no transfer manager answers"


@deviation("door-on-ipv4-only", breaks=("SITE-002",))
class DoorOnIpv4Only(Behaviour):
    """The door listens on IPv4 only, whatever its name resolves to."""

    def listens_on_ipv6(self, *, is_data_node: bool) -> bool:
        return is_data_node


@deviation("data-node-on-ipv4-only", breaks=("SITE-004",))
class DataNodeOnIpv4Only(Behaviour):
    """The data node listens on IPv4 only, unlike the door that redirects to it."""

    def listens_on_ipv6(self, *, is_data_node: bool) -> bool:
        return not is_data_node


@deviation("macaroons-switched-off", breaks=("SITE-005",))
class MacaroonsSwitchedOff(Behaviour):
    """No macaroon is issued to anybody."""

    def issues_macaroons(self, *, secure: bool) -> bool:
        return False


@deviation(
    "client-certificate-required",
    breaks=("SITE-006",),
    also=along(
        "a token is not enough to come in",
        WORKING_PULL,
        WORKING_PUSH,
        "DAV-010",
        "SITE-001",
        "DELEG-008",
        "CRED-013",
    ),
)
class ClientCertificateRequired(Behaviour):
    """The handshake fails for who shows no certificate."""

    def needs_client_certificate(self) -> bool:
        return True


@deviation(
    "data-node-without-trust-store",
    breaks=("SITE-007",),
    also=along("every other data node refuses the far side", WORKING_PULL, WORKING_PUSH)
    | along("every other data node refuses the far side", "DELEG-014", "CRED-013"),
)
class DataNodeWithoutTrustStore(Behaviour):
    """Every other data node knows no authority, and so no far side."""

    def has_trust_store(self, node: int) -> bool:
        return node % 2 == 0


@deviation("revocation-lists-not-read", breaks=("SITE-008",))
class RevocationListsNotRead(Behaviour):
    """What authorities of far sides have revoked is not known."""

    def reads_revocation_lists(self) -> bool:
        return False


@deviation("organisation-may-only-read", breaks=("SITE-009",))
class OrganisationMayOnlyRead(Behaviour):
    """Members of a virtual organisation are mapped to a user who may only read."""

    def mapped_user(
        self, found: Identity | None, chain: Sequence[x509.Certificate]
    ) -> Identity | None:
        told = any(item.oid == VOMS_ATTRIBUTES for cert in chain for item in cert.extensions)
        if found is None or not told:
            return found
        return replace(found, rights=Rights(((Grant(READING),),)))


@deviation(
    "no-write-pool-without-space-token",
    breaks=("SITE-013",),
    also=along("no pull gets a place to write to", WORKING_PULL, "SITE-007")
    | along("nothing is pulled", "DELEG-013", "DELEG-014", "CRED-013"),
    seen_in="DOMA list of known errors",
)
class NoWritePoolWithoutSpaceToken(Behaviour):
    """A transfer that names no space finds no pool to write to."""

    def write_pool_problem(self) -> str | None:
        return "Failed to select pool: No write pools configured outside of a linkgroup."


@deviation(
    "copy-at-one-address-only",
    breaks=("SITE-015",),
    also=along("whoever comes by IPv6 finds no COPY", WORKING_PULL, WORKING_PUSH, "SITE-001"),
)
class CopyAtOneAddressOnly(Behaviour):
    """Of the doors behind the name only those on IPv4 serve third-party copies."""

    def offers_copy_at(self, local: str) -> bool:
        return ":" not in local.removeprefix("::ffff:")
