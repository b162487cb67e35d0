"""`GET /admin/v1/audit`: what was issued, changed, refused; `/audit/{jti}/chain`: from a token back to its origin."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Self

from msgspec import Struct
from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin_api.cursor import Cursors
from federation.admin_api.listing import SPAN, Listing, paged, span_of
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal
from federation.insight.custody import MOST_CHILDREN, Custodian, Ending
from federation.insight.trail import Link, Search, Trail, plain
from federation.model.confirmation import AUDIT_READ
from federation.model.revocation import RevocationTarget
from federation.oauth.reasons import Reason
from federation.ports import Clock

_NAME = r"[\x21-\x7e]{1,256}"
_ID = r"[a-z0-9*][a-z0-9._*-]{0,62}"
JTI = Parameter("jti", r"[A-Za-z0-9_-]{1,128}", "Of a token of ours.")
SEARCHED = (
    Parameter("jti", r"[A-Za-z0-9_-]{1,128}", "That record alone, with the whole document of a change of trust."),
    Parameter("principal", _NAME, "Tokens about it, those with which it acts, and what it did as an admin."),
    Parameter("issuer", _ID, "Tokens that rest on that Issuer document, and refusals of who rests on it or claims to."),
    Parameter("audience", _NAME, "Tokens for it; a glob, as all of these may be but jti and correlation_id."),
    Parameter("mapping", _ID, "Tokens that a Mapping has led to."),
    Parameter("client", _NAME, "Tokens that this client has asked for."),
    Parameter("correlation_id", r"[A-Za-z0-9_=+/:.-]{1,128}", "That request: its token, or why it was refused."),
    *SPAN,
    *paged(),
)


class AuditShown(Shown):
    """A page of records, nearly the newest first; one may have few, or none, although there are more."""

    items: Annotated[list[dict[str, Any]], Field(description="As they were written; `outcome` as it is by now.")]
    next: Annotated[str | None, Field(description="The cursor of the next page; null: this is the last.")]


class EndingShown(Shown):
    """A revocation of tokens of the chain."""

    what: RevocationTarget
    value: str
    tenant: str | None
    revoked_at: str
    expires_at: str
    by: Annotated[str | None, Field(description="Null for a tenant's auditor: an admin of the whole platform.")]
    reason: Annotated[str | None, Field(description="Null for a tenant's auditor, likewise.")]
    covers: Annotated[list[str], Field(description="The jti of each token that it is about.")]

    @classmethod
    def of(cls, ending: Ending) -> Self:
        """Who did it and why where that is theirs to know. Times: RFC 3339."""
        one = ending.revocation
        return cls(
            what=one.key.what,
            value=one.key.value,
            tenant=one.key.tenant,
            revoked_at=rfc3339(one.revoked_at),
            expires_at=rfc3339(one.expires_at),
            by=one.by if ending.is_theirs else None,
            reason=one.reason if ending.is_theirs else None,
            covers=list(ending.covers),
        )


class ChainShown(Shown):
    """The chain of custody, the token that was asked about first."""

    items: Annotated[list[dict[str, Any]], Field(description="jti, who acts, for whom, with what; and the record.")]
    complete: Annotated[bool, Field(description="Whether it leads back to an identity that an issuer vouched for.")]
    children: Annotated[list[dict[str, Any]], Field(description="Likewise: what was made of the token, oldest first.")]
    children_complete: Annotated[bool, Field(description=f"False: there are more than {MOST_CHILDREN}.")]
    revocations: Annotated[list[EndingShown], Field(description="What ended any of these while they lived.")]


class AuditTrail(Struct, frozen=True):
    """A tenant's auditor reads the tenant's records."""

    trail: Trail
    custodian: Custodian
    clock: Clock
    cursors: Cursors

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/audit",
            AUDIT_READ,
            "What was issued, changed, approved and revoked; by correlation id what was refused as well.",
            handle=self._search,
            name="searchAudit",
            query=SEARCHED,
            response=AuditShown,
        )
        yield Operation(
            "GET",
            "/audit/{jti}/chain",
            AUDIT_READ,
            "From a token back to the identity that began; what was made of the token, and what ended any of them.",
            handle=self._chain,
            name="getChain",
            variables=(JTI,),
            response=ChainShown,
            refusals=(HTTPStatus.NOT_FOUND,),
        )

    def _search(self, request: AdminRequest) -> Answer:
        asked, (since, until) = request.query, span_of(request.query, self.clock.now())
        search = Search(
            since=since,
            jti=asked.get("jti"),
            principal=asked.get("principal"),
            issuer=asked.get("issuer"),
            correlation_id=asked.get("correlation_id"),
            audience=asked.get("audience"),
            mapping=asked.get("mapping"),
            client=asked.get("client"),
            until=until,
            tenant=request.admin.tenant,
        )
        return Listing(self.cursors, "audit", AuditShown).page(request, partial(self.trail.page, search), dict)

    def _chain(self, request: AdminRequest) -> Answer:
        found = self.custodian.custody(request.path["jti"], request.admin.tenant)
        if found is None:
            raise AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_RECORD)
        last = found.links[-1].record
        shown = ChainShown(
            items=[_link(one) for one in found.links],
            complete=last is not None and "parent_jti" not in last,
            children=[_link(one) for one in found.children],
            children_complete=found.is_whole,
            revocations=[EndingShown.of(one) for one in found.endings],
        )
        return Answer(HTTPStatus.OK, shown)


_TOLD = (
    *("time", "outcome", "principal", "tenant", "client_id", "actor_principal", "act", "issuer", "subject", "mapping"),
    *("audience", "scope", "expires_at", "txn", "approval", "correlation_id"),
)


def _link(link: Link) -> dict[str, Any]:
    """The gist, the same members whatever the record has; then all of it."""
    record = link.record or {}
    shown = None if link.record is None else plain(link.record)
    return {"jti": link.jti, **{name: record.get(name) for name in _TOLD}, "record": shown}
