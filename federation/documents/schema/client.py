"""kind: Client: a registered caller, and a second ceiling beside the mappings' grants."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from federation.documents.schema.client_auth import ClientAuthPart
from federation.documents.schema.document import DocumentId, TrustDocument
from federation.documents.schema.rate_limit import RateLimitPart
from federation.documents.schema.values import Scope, Tenant, distinct
from federation.model.trust import CLIENT_CREDENTIALS, TOKEN_EXCHANGE


class ClientDocument(TrustDocument):
    """Who asks. Its `id` is its `client_id`."""

    kind: Literal["Client"]
    auth: Annotated[ClientAuthPart, Field(description="How it proves itself.")]
    tenant: Annotated[Tenant | None, Field(description="Whose it is.")] = None
    audiences: Annotated[
        list[DocumentId],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=100, description="Ids of the Audiences that it may ever ask for."),
    ]
    scopes: Annotated[
        list[Scope],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=100, description="All that it may ever ask for."),
    ]
    grants: Annotated[
        list[Literal["token-exchange", "client-credentials"]],
        AfterValidator(distinct),
        Field(default_factory=lambda: [TOKEN_EXCHANGE], description="How it may ask; []: it only introspects."),
    ]
    sender_constraint: Annotated[
        Literal["none", "dpop", "mtls", "any"], Field(description="What its tokens must be bound to.")
    ] = "none"
    rate_limit: RateLimitPart | None = None

    @model_validator(mode="after")
    def _of_use(self) -> Self:
        if self.grants and not (self.audiences and self.scopes):
            raise ValueError("name its audiences and scopes; with grants: [] it needs none")
        return self

    @model_validator(mode="after")
    def _bound(self) -> Self:
        """Nobody can use what was stolen from a client that proves nothing (ATTACKS L12, FAPI 2.0 section 5.3.2.1)."""
        itself = CLIENT_CREDENTIALS in self.grants
        if self.auth.method == "none" and (itself or self.sender_constraint != "dpop"):
            raise ValueError("with method none write sender_constraint: dpop, and no client-credentials")
        if itself and self.sender_constraint == "none":
            raise ValueError("client-credentials goes with sender_constraint: dpop, mtls or any")
        return self
