"""Every metric of ours, declared once: name, unit, dimensions, meaning. `docs/metrics.md` is made from this list.

Functions write metrics into their logs as lines in embedded metric format, so measuring calls nothing. A value of a
dimension is one of ours (a reason, the id of a document, a step), never a caller's text: what is sent makes no metric.
"""

from enum import StrEnum
from typing import NamedTuple, TypeAlias

NAMESPACE = "FederationBridge"
SERVICE = "federation-bridge"
"""The dimension `service` of every metric."""
NO_TENANT = "-"
"""Stands in the dimension `tenant` where there is none; no tenant is called so."""

Dimensions: TypeAlias = tuple[tuple[str, ...], ...]
"""Sets of dimensions beside `service`. A line counts for each set of which it says every member."""

TOTAL: Dimensions = ((),)
BY_ISSUER = ("tenant", "issuer")


class Unit(StrEnum):
    """CloudWatch's names of units."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"
    NONE = "None"


class Metric(NamedTuple):
    """One metric."""

    name: str
    unit: Unit
    meaning: str
    dimensions: Dimensions = TOTAL


ISSUED = Metric("Issued", Unit.COUNT, "Tokens that left the token endpoint.", ((), BY_ISSUER))
REFUSED = Metric(
    "Refused",
    Unit.COUNT,
    "Requests that were refused, at any endpoint; `issuer` is proven, or claimed by a refused token.",
    ((), ("reason",), BY_ISSUER),
)
STEP_DURATION = Metric(
    "StepDuration", Unit.MILLISECONDS, "How long a step of a successful exchange took; AWS is waited for in `commit`.",
    (("step",),),
)  # fmt: skip
EXCHANGE_DURATION = Metric("ExchangeDuration", Unit.MILLISECONDS, "How long a successful exchange took in all.")
AWS_FAILED = Metric(
    "AwsFailed", Unit.COUNT, "Attempts that AWS did not answer, or answered with an error of its own.", ((), ("aws",))
)
AWS_THROTTLED = Metric("AwsThrottled", Unit.COUNT, "Attempts that AWS refused as too many.", ((), ("aws",)))
INTROSPECTED = Metric("Introspected", Unit.COUNT, "Answers of the introspection endpoint.")
REVOKED = Metric("Revoked", Unit.COUNT, "Answers of the revocation endpoint.")
EVENTS_RECEIVED = Metric("EventsReceived", Unit.COUNT, "Security event tokens that were taken (RFC 8935).")
ATTACK_SUCCEEDED = Metric("AttackSucceeded", Unit.COUNT, "Attacks of the prober that were answered with success.")
ATTACK_UNCLEAR = Metric("AttackUnclear", Unit.COUNT, "Attacks of the prober whose answer says nothing about them.")
ATTACK_REFUSED = Metric("AttackRefused", Unit.COUNT, "Attacks of the prober that were refused as they must be.")
ATTACK_NOT_TRIED = Metric(
    "AttackNotTried", Unit.COUNT, "Attacks that wait until the trust documents of the prober are applied."
)
KEYS_PUSHED = Metric("KeysPushed", Unit.COUNT, "Key sets that an issuer pushed and that were taken.")
EDGE_BYPASSED = Metric(
    "EdgeBypassed", Unit.COUNT, "Requests that went round the CDN, where one stands before the API; none is answered."
)
SIGNATURES_SEEN = Metric("SignaturesSeen", Unit.COUNT, "Signatures of our keys that CloudTrail told of in a span.")
SIGNATURES_UNRECORDED = Metric(
    "SignaturesUnrecorded", Unit.COUNT, "Signatures of our keys that no function of ours recorded."
)
SIGNATURES_LOST = Metric("SignaturesLost", Unit.COUNT, "Signatures whose answer a function says that it never got.")
SIGNATURES_UNREAD = Metric("SignaturesUnread", Unit.COUNT, "1: CloudTrail had more signatures than a run can read.")
KEYS_STALE = Metric("KeysStale", Unit.COUNT, "Issuers of whose keys nothing was heard for too long.")
ISSUER_KEYS_STALE = Metric(
    "IssuerKeysStale", Unit.COUNT, "1 for each run that found the keys of this issuer stale.", (("issuer",),)
)
CERTIFICATES_ENDING = Metric(
    "CertificatesEnding", Unit.COUNT, "Hosts of issuers whose TLS certificates end within two weeks."
)
KEYS_REFRESH_FAILED = Metric("KeysRefreshFailed", Unit.COUNT, "Issuers whose keys could not be fetched in a run.")
KEYS_ROLLED_BACK = Metric("KeysRolledBack", Unit.COUNT, "Times that the published JWKS was not the last one written.")
KEY_OVERDUE = Metric("KeyOverdue", Unit.COUNT, "1: the signing key is a day too old, or KMS cannot sign with it.")
KEY_AGE = Metric("KeyAge", Unit.SECONDS, "For how long the signing key has signed.")
ARCHIVE_LAG = Metric("ArchiveLag", Unit.SECONDS, "Age of the oldest record in a batch when it was archived.")
SIGNALS_FOUND = Metric("SignalsFound", Unit.COUNT, "Signals: something unusual about an identity.", ((), ("signal",)))
SIGNALS_RANG = Metric("SignalsRang", Unit.COUNT, "Signals of a score at which people are told.", ((), ("signal",)))

METRICS = (
    *(ISSUED, REFUSED, EXCHANGE_DURATION, STEP_DURATION, AWS_FAILED, AWS_THROTTLED),
    *(INTROSPECTED, REVOKED, EVENTS_RECEIVED, KEYS_PUSHED, EDGE_BYPASSED),
    *(ATTACK_SUCCEEDED, ATTACK_UNCLEAR, ATTACK_REFUSED, ATTACK_NOT_TRIED),
    *(SIGNATURES_SEEN, SIGNATURES_UNRECORDED, SIGNATURES_LOST, SIGNATURES_UNREAD),
    *(KEYS_STALE, ISSUER_KEYS_STALE, KEYS_REFRESH_FAILED, CERTIFICATES_ENDING),
    *(KEYS_ROLLED_BACK, KEY_OVERDUE, KEY_AGE, ARCHIVE_LAG),
    *(SIGNALS_FOUND, SIGNALS_RANG),
)
"""All of them, in the order of the page."""
