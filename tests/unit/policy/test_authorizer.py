"""The decision stays below every ceiling: target, scope and lifetime."""

from dataclasses import dataclass

import pytest

from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.one_time import OneTimeUse
from federation.model.tokens import Caller, VerifiedToken
from federation.model.trust import Audience, MappedPrincipal
from federation.oauth.errors import InvalidRequest, InvalidScope, InvalidTarget, OAuthError
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.trust.risks import KnownRisks
from tests.support.known_documents import KnownDocuments
from tests.support.trust_values import NOW, asking, audience, grant, issuer, mapped, verified


@dataclass(frozen=True)
class Fixed(KnownDocuments):
    """Both ports that the authorizer needs."""

    known: tuple[Audience, ...]

    def audiences(self) -> tuple[Audience, ...]:
        return self.known

    def now(self) -> float:
        return NOW + 0.5


def authorize(
    request: ExchangeRequest,
    *known: Audience,
    principal: MappedPrincipal | None = None,
    subject: VerifiedToken | None = None,
) -> TokenTerms:
    world = Fixed(known or (audience(),))
    subject = subject or verified()
    principal = principal or mapped(by=subject.issuer)
    authorizer = Authorizer(world, Decider(world), world, None, KnownRisks(world))
    return authorizer.authorize(Caller(), ProvenKeys(), subject, None, principal, request)


def refused(
    request: ExchangeRequest,
    *known: Audience,
    principal: MappedPrincipal | None = None,
    subject: VerifiedToken | None = None,
) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        authorize(request, *known, principal=principal, subject=subject)
    return caught.value


def test_an_ordinary_decision_names_everything_it_rests_on() -> None:
    decision = authorize(asking("risk-engine", scopes=("risk:write",)))
    assert decision.principal == decision.client_id == "partner/acme/sync"
    assert decision.audiences == ("risk-engine",)
    assert decision.scopes == ("risk:write",)
    assert decision.transaction == "c-1"
    assert decision.provenance.mapping == "acme-sync@1"
    assert [f"{ref.kind}/{ref.id}@{version}" for ref, version in decision.documents] == [
        "Issuer/acme@1",
        "Mapping/acme-sync@1",
        "Audience/risk-engine@1",
        "PolicySet/policies@0",
    ]


def test_the_same_inputs_give_the_same_decision() -> None:
    assert authorize(asking("risk-engine")) == authorize(asking("risk-engine"))


def test_without_scope_the_default_is_given_and_never_everything() -> None:
    assert authorize(asking("risk-engine")).scopes == ("risk:read",)


def test_without_scope_a_grant_of_one_scope_needs_no_default() -> None:
    only = mapped(grant(scopes=("risk:read",), default_scopes=()))
    assert authorize(asking("risk-engine"), principal=only).scopes == ("risk:read",)


def test_without_scope_and_default_the_caller_must_choose() -> None:
    error = refused(asking("risk-engine"), principal=mapped(grant(default_scopes=())))
    assert isinstance(error, InvalidScope)
    assert error.reason is Reason.SCOPE_REQUIRED


@pytest.mark.parametrize("scope", ["risk:admin", "risk", "risk:*", "RISK:READ", "risk:rea"])
def test_a_scope_beyond_the_grant_is_refused_whole(scope: str) -> None:
    error = refused(asking("risk-engine", scopes=("risk:read", scope)))
    assert (error.error, error.reason) == ("invalid_scope", Reason.SCOPE_NOT_GRANTED)


def test_a_scope_that_the_audience_gave_up_is_no_longer_granted() -> None:
    error = refused(asking("risk-engine", scopes=("risk:write",)), audience(scopes=("risk:read",)))
    assert error.reason is Reason.SCOPE_NOT_GRANTED


def test_a_target_must_be_named() -> None:
    assert refused(asking()).reason is Reason.MISSING_TARGET


def test_audience_and_resource_may_name_the_same_target() -> None:
    target = audience(resource="https://risk.example.com")
    decision = authorize(asking("risk-engine", resources=("https://risk.example.com",)), target)
    assert decision.audiences == ("risk-engine",)


@pytest.mark.parametrize(
    "request_", [asking("nowhere"), asking("risk-engine", "nowhere"), asking(resources=("https://nowhere.example",))]
)
def test_one_unknown_target_refuses_all(request_: ExchangeRequest) -> None:
    error = refused(request_)
    assert isinstance(error, InvalidTarget)
    assert error.reason is Reason.TARGET_NOT_GRANTED


def test_an_unknown_and_a_forbidden_target_look_the_same() -> None:
    known = (audience(), audience("ledger"))
    unknown, forbidden = refused(asking("nowhere"), *known), refused(asking("ledger"), *known)
    assert unknown.description == forbidden.description


@pytest.mark.parametrize(
    "target",
    [audience(enabled=False), audience(tenant="globex"), audience(token_format="saml")],
)
def test_a_disabled_foreign_or_unsupported_target_is_refused(target: Audience) -> None:
    assert isinstance(refused(asking("risk-engine"), target), InvalidTarget)


def test_an_issuer_without_tenant_reaches_no_tenants_audience() -> None:
    error = refused(asking("risk-engine"), audience(tenant="acme"), subject=verified(by=issuer(tenant=None)))
    assert isinstance(error, InvalidTarget)


def test_two_grants_for_one_audience_are_no_grant() -> None:
    principal = mapped(grant(), grant(scopes=("risk:read",)))
    assert refused(asking("risk-engine"), principal=principal).reason is Reason.TARGET_NOT_GRANTED


def test_with_two_targets_a_scope_must_be_granted_at_both() -> None:
    known = (audience(), audience("ledger", scopes=("risk:read", "ledger:read")))
    principal = mapped(grant(), grant("ledger", ("risk:read", "ledger:read"), ("risk:read",)))
    assert authorize(asking("risk-engine", "ledger"), *known, principal=principal).scopes == ("risk:read",)
    error = refused(asking("risk-engine", "ledger", scopes=("ledger:read",)), *known, principal=principal)
    assert error.reason is Reason.SCOPE_NOT_GRANTED


@pytest.mark.parametrize(
    ("audience_ttl", "grant_ttl", "subject_ttl", "lifetime"),
    [
        (600, None, 3600, 300),
        (600, 120, 3600, 120),
        (60, 120, 3600, 60),
        (3600, 3000, 3600, 3000),
        (90_000, 90_000, 90_000, 3600),
        (600, None, 200, 200),
        (600, None, 30, 30),
    ],
)
def test_the_lifetime_is_the_least_of_every_limit(
    audience_ttl: int, grant_ttl: int | None, subject_ttl: int, lifetime: int
) -> None:
    decision = authorize(
        asking("risk-engine"),
        audience(max_ttl=audience_ttl),
        principal=mapped(grant(max_ttl=grant_ttl)),
        subject=verified(expires_at=NOW + subject_ttl),
    )
    assert decision.lifetime == lifetime
    assert decision.expires_at <= NOW + subject_ttl


@pytest.mark.parametrize("left", [29, 0, -60])
def test_a_subject_token_about_to_expire_is_refused(left: int) -> None:
    error = refused(asking("risk-engine"), subject=verified(expires_at=NOW + left))
    assert isinstance(error, InvalidRequest)
    assert error.reason is Reason.TOKEN_EXPIRES_TOO_SOON


def test_an_admin_may_want_tokens_that_live_for_seconds() -> None:
    assert authorize(asking("risk-engine"), audience(max_ttl=5)).lifetime == 5
    assert authorize(asking("risk-engine"), principal=mapped(grant(max_ttl=1))).lifetime == 1


def test_a_single_use_token_is_claimed_by_issuer_and_jti_not_by_its_text() -> None:
    once = verified(by=issuer(single_use=True), claims={"sub": "worker", "jti": "j-1"})
    expected = OneTimeUse("subject_token", ("acme", "j-1"), once.expires_at + 60)
    assert authorize(asking("risk-engine"), subject=once).one_time == (expected,)
