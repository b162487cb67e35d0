"""What auditors and approvers are told."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from federation.model.approval import StoredApproval
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey


class AuditLog(Protocol):
    """The structured log of refusals."""

    def refused(self, entry: JsonObject) -> None:
        """One well-formed line."""
        ...


class IssuanceLog(AuditLog, Protocol):
    """Counts what leaves as well: its record is durable already."""

    def issued(self, correlation_id: str, tenant: str | None, issuer: str, seconds: Mapping[str, float]) -> None:
        """A token that rests on that Issuer document. `seconds`: step -> how long it took."""
        ...


class ApprovalLog(Protocol):
    """The structured log of what was decided about approvals, and who tried to."""

    def decided(self, entry: JsonObject) -> None:
        """One well-formed line."""
        ...


class ApprovalNotice(Protocol):
    """Tells the people who decide that a request waits for them."""

    def asked(self, approval: StoredApproval) -> None:
        """Told, at least once, when it returns."""
        ...


class AuditPage(NamedTuple):
    """Some records of a search."""

    records: tuple[JsonObject, ...]
    after: str | None
    """Where it goes on; None: that was all. There may be more although a page has few records, or none."""


class AuditRecords(Protocol):
    """The durable records of issued tokens, as an auditor reads them; each with the `outcome` it has by now.

    `revocation_keys` is what a record is filed under, as `key_texts` writes it; a token falls under these revocations.
    """

    def record(self, jti: str) -> JsonObject | None:
        """A strongly consistent read; None: there is none."""
        ...

    def page(
        self,
        since: int,
        key: RevocationKey | None,
        after: str | None,
        limit: int,
        until: int | None = None,
        *,
        tokens: bool = False,
    ) -> AuditPage:
        """At most `limit` records from `since` to `until` that are filed under `key` (None: all), what ends last first.

        `tokens`: those of tokens alone, however many changes of trust and other events lie between them. One of a
        moment ago may be missing. Raises ValueError for an `after` that is none.
        """
        ...

    def filed(
        self, keys: Collection[RevocationKey] | None, since: int, until: int, limit: int, *, tokens: bool
    ) -> tuple[JsonObject, ...]:
        """At most `limit` records that end from `since` to `until` and are filed under any of `keys` (None: all).

        `tokens`: those of tokens, or those of all else. For a span of hours: every hour of it is read.
        """
        ...


class RefusalSearch(Protocol):
    """The structured log of refusals, as an auditor reads it."""

    def refusals(self, correlation_id: str, since: int) -> tuple[JsonObject, ...]:
        """What was logged of that request since then; it takes seconds until a line is found."""
        ...

    def refusals_of(self, issuer: str, since: int) -> tuple[JsonObject, ...]:
        """What was logged of requests that rest on the Issuer document of that id, or only claim to, the oldest first.

        Not all of them, where there are very many.
        """
        ...
