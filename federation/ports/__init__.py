"""What the core needs from the outside: one small protocol per role, one adapter per file in `federation.aws`.

Adapters raise `TemporarilyUnavailable` when the thing behind them cannot be reached and `ServerError` when it refuses
us; they never return a guess.
"""

from federation.ports.archive import ArchiveIndex, Segments
from federation.ports.audit import ApprovalLog, ApprovalNotice, AuditLog, AuditPage, AuditRecords, RefusalSearch
from federation.ports.current_state import (
    Approvals,
    CurrentState,
    CurrentVersions,
    CurrentVersionsQuery,
    RevocationStore,
    RiskScores,
)
from federation.ports.directories import (
    AudienceDirectory,
    ClientsById,
    IssuerDirectory,
    MappingIndex,
    MappingsById,
    PolicyDirectory,
)
from federation.ports.keys import (
    GuardedPublisher,
    IssuerKeyStore,
    KeyCustody,
    KeyMaker,
    KeyOrder,
    KeyOrders,
    KeySets,
    MadeKey,
    PublicKeys,
    PublishedDocument,
    Publisher,
    Signer,
)
from federation.ports.ledger import AlreadyUsed, IssuedTokens, Ledger, LiveToken, OneTimeClaims
from federation.ports.outside import CallerIdentities, CallerIdentityAnswer, CallerIdentityRequest, Fetcher, FetchFailed
from federation.ports.process import Clock, Identifiers
from federation.ports.shared import (
    Allowances,
    KeptToken,
    KeptTokens,
    NonceSecrets,
    RememberedAnswer,
    RememberedAnswers,
    StillRunning,
    UnlikeRequest,
)
from federation.ports.trust import (
    BucketFull,
    DocumentPages,
    DocumentState,
    History,
    RevisionMoved,
    TrustWriter,
    VersionConflict,
)

__all__ = [
    "Allowances",
    "AlreadyUsed",
    "ApprovalLog",
    "ApprovalNotice",
    "Approvals",
    "ArchiveIndex",
    "AudienceDirectory",
    "AuditLog",
    "AuditPage",
    "AuditRecords",
    "BucketFull",
    "CallerIdentities",
    "CallerIdentityAnswer",
    "CallerIdentityRequest",
    "ClientsById",
    "Clock",
    "CurrentState",
    "CurrentVersions",
    "CurrentVersionsQuery",
    "DocumentPages",
    "DocumentState",
    "FetchFailed",
    "Fetcher",
    "GuardedPublisher",
    "History",
    "Identifiers",
    "IssuedTokens",
    "IssuerDirectory",
    "IssuerKeyStore",
    "KeptToken",
    "KeptTokens",
    "KeyCustody",
    "KeyMaker",
    "KeyOrder",
    "KeyOrders",
    "KeySets",
    "Ledger",
    "LiveToken",
    "MadeKey",
    "MappingIndex",
    "MappingsById",
    "NonceSecrets",
    "OneTimeClaims",
    "PolicyDirectory",
    "PublicKeys",
    "PublishedDocument",
    "Publisher",
    "RefusalSearch",
    "RememberedAnswer",
    "RememberedAnswers",
    "RevisionMoved",
    "RevocationStore",
    "RiskScores",
    "Segments",
    "Signer",
    "StillRunning",
    "TrustWriter",
    "UnlikeRequest",
    "VersionConflict",
]
