"""A decision with everything around it: who asks, what is proven, what is written."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from federation.authentication.client_credentials import as_verified_token
from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.client_credentials import as_principal
from federation.model.json import JsonObject
from federation.model.policy import Policy, PolicyDocuments
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import Audience, Client, ClientAuth, Grant, MappedPrincipal
from federation.oauth.errors import OAuthError
from federation.oauth.identifiers import GrantType
from federation.oauth.request import ExchangeRequest
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.ports import Approvals
from federation.trust.risks import KnownRisks
from tests.support.known_documents import KnownDocuments
from tests.support.trust_values import NOW, asking, audience, grant, issuer, mapped, mapping, own_token, verified

AGENT = "agent/planner"
IMPERSONATE = 'permit (principal, action == Action::"impersonate", resource);'


def client(client_id: str = "gateway", **changes: Any) -> Client:  # noqa: ANN401  (any field of a Client)
    usual = Client(
        id=client_id,
        version=3,
        auth=ClientAuth("private_key_jwt"),
        audiences=("risk-engine",),
        scopes=("risk:read", "risk:write"),
        grants=("token-exchange", "client-credentials"),
        tenant="acme",
    )
    return replace(usual, **changes)


def registered(one: Client | None = None, **changes: Any) -> Caller:  # noqa: ANN401  (any field of a Caller)
    one = one or client()
    return replace(Caller(one, documents=(one.document,)), **changes)


def own(**changes: Any) -> VerifiedToken:  # noqa: ANN401  (any field of OwnClaims)
    """One of ours about partner/acme/sync."""
    token = own_token()
    assert token.own is not None
    usual = {"client_id": "partner/acme/sync", "issued_at": NOW}
    return replace(token, own=replace(token.own, **{**usual, **changes}))


def agent(token: VerifiedToken | None = None, tenant: str | None = "acme", issuer_id: str = "agents") -> Acting:
    rule = replace(mapping(), id="planner", version=7, principal=AGENT)
    by = issuer(document_id=issuer_id, tenant=tenant)
    return Acting(token or verified(by=by), MappedPrincipal(AGENT, {}, rule, by))


def root(*grants: Grant, **changes: Any) -> MappedPrincipal:  # noqa: ANN401  (any field of a Mapping)
    """partner/acme/sync, for whom agents may act."""
    made = mapped(*(grants or (grant(),)))
    return replace(made, mapping=replace(made.mapping, **{"may_act": ("agent/*",), **changes}))


def want(*audiences: str, **changes: Any) -> ExchangeRequest:  # noqa: ANN401  (any field of a request)
    return replace(asking(*(audiences or ("risk-engine",))), **changes)


FOR_ITSELF = want(grant=GrantType.CLIENT_CREDENTIALS, subject_token=None, subject_token_type=None)


@dataclass
class Decisions(KnownDocuments):
    """An authorizer over documents that a test may turn."""

    known: tuple[Audience, ...] = (audience(),)
    texts: ReadOnly[str, str] = field(default_factory=dict)
    approvals: Approvals | None = None
    at: float = NOW + 0.5

    def __post_init__(self) -> None:
        self.risks = KnownRisks(self)

    def audiences(self) -> tuple[Audience, ...]:
        return self.known

    def policies(self) -> PolicyDocuments:
        written = tuple(Policy(name, 1, text) for name, text in self.texts.items())
        return PolicyDocuments(len(written), written)

    def now(self) -> float:
        return self.at

    def decide(
        self,
        request: ExchangeRequest | None = None,
        *,
        caller: Caller | None = None,
        proven: ProvenKeys | None = None,
        subject: VerifiedToken | None = None,
        acting: Acting | None = None,
        who: MappedPrincipal | None = None,
    ) -> TokenTerms:
        """An exchange of a foreign token for risk-engine, but for what is said."""
        authorizer = Authorizer(self, Decider(self), self, self.approvals, self.risks)
        return authorizer.authorize(
            caller or Caller(),
            proven or ProvenKeys(),
            subject or verified(),
            acting,
            who or root(),
            request or want(),
        )

    def for_itself(
        self, caller: Caller, request: ExchangeRequest | None = None, proven: ProvenKeys | None = None
    ) -> TokenTerms:
        """client_credentials, of `gateway` whoever calls."""
        one = caller.client or client()
        subject, who = as_verified_token(one, self.now()), as_principal(one)
        return self.decide(request or FOR_ITSELF, caller=caller, proven=proven, subject=subject, who=who)

    def refused(self, request: ExchangeRequest | None = None, **changes: Any) -> OAuthError:  # noqa: ANN401  (as above)
        """The refusal of what `decide` is asked."""
        try:
            self.decide(request, **changes)
        except OAuthError as error:
            return error
        raise AssertionError("it was permitted")


def outcome_of(error: OAuthError) -> tuple[str, str]:
    """The error and the reason."""
    return error.error, error.reason.value


def details(*every: JsonObject) -> ExchangeRequest:
    return want(authorization_details=every)
