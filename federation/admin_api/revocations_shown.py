"""What can be revoked, and how revocations are shown."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from federation.admin.changes import rfc3339
from federation.admin_api.models import Body, Shown
from federation.model.revocation import Revocation, RevocationTarget

MOST_SHOWN = 500

Name = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,256}$")]


def _named(what: RevocationTarget) -> dict[str, Any]:
    """A body that names this and nothing else; a tenant says whose principal is meant."""
    others = {*RevocationTarget, *(() if what is RevocationTarget.PRINCIPAL else ("tenant",))} - {what}
    absent = {str(name): {"type": "null"} for name in sorted(others)}
    return {"required": [what.value], "properties": {what.value: {"not": {"type": "null"}}, **absent}}


class RevokeBody(Body):
    """Exactly one of them, and why."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_named(what) for what in RevocationTarget]})

    jti: Annotated[Name | None, Field(description="A token, and every token that was made from it.")] = None
    txn: Annotated[Name | None, Field(description="A whole chain, whatever it still grows.")] = None
    principal: Annotated[Name | None, Field(description="Tokens about it, and those with which it acts.")] = None
    client: Annotated[Name | None, Field(description="Id of a Client document.")] = None
    issuer: Annotated[Name | None, Field(description="Id of an Issuer document.")] = None
    mapping: Annotated[Name | None, Field(description="Id of a Mapping document.")] = None
    all: Annotated[Literal[True] | None, Field(description="Everything that was issued until now.")] = None
    tenant: Annotated[Name | None, Field(description="Of the principal; none: in whatever tenant.")] = None
    reason: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,256}$", description="Why: one line.")]


class RevocationShown(Shown):
    """A revocation."""

    what: RevocationTarget
    value: str
    tenant: str | None
    revoked_at: Annotated[str, Field(description="What was issued until then is worth nothing.")]
    expires_at: Annotated[str, Field(description="When everything that it is about has expired anyway.")]
    by: str
    reason: str


class RevocationsShown(Shown):
    """Those that stand, the latest first."""

    items: list[RevocationShown]
    truncated: Annotated[bool, Field(description=f"There are more than {MOST_SHOWN}.")]


def show_revocation(revocation: Revocation) -> dict[str, Any]:
    """All of it. Times: RFC 3339."""
    return {
        "what": revocation.key.what.value,
        "value": revocation.key.value,
        "tenant": revocation.key.tenant,
        "revoked_at": rfc3339(revocation.revoked_at),
        "expires_at": rfc3339(revocation.expires_at),
        "by": revocation.by,
        "reason": revocation.reason,
    }
