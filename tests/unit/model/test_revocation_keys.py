import pytest
from msgspec.structs import replace

from federation.model.authorization import Authorization, Link, Provenance
from federation.model.identity import identity_of, issuer_in, subject_key
from federation.model.own_claims import build_claims, read_own
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import (
    EVERYTHING,
    is_revoked,
    key_text,
    key_texts,
    keys_of,
    keys_of_authorized,
    read_key,
)
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.identifiers import TokenType

NOW = 1_800_000_000
KEY_SET = DocumentVersion(DocumentRef(Kind.KEY_SET, "signing"), 1)
LEAF = Authorization(
    principal="user/ann",
    client_id="gateway",
    audiences=("risk-engine",),
    scopes=("risk:read",),
    issued_at=NOW,
    expires_at=NOW + 300,
    issued_token_type=TokenType.ACCESS_TOKEN,
    transaction="txn-1",
    provenance=Provenance(
        issuer="people",
        mapping="ann@3",
        decision="d",
        actor="agent@1",
        actor_issuer="agents",
        identity=identity_of("people", "ann"),
        actor_identity=identity_of("agents", "a"),
        client="gateway@2",
        chain=(Link("root", "portal", "ann", "people"), Link("middle", "user/ann", "tool", "tools", identity="t-1")),
    ),
    context={},
    documents=(),
    tenant="acme",
    act={"sub": "agent/a", "act": {"sub": "agent/b"}},
)
ROOT = replace(LEAF, act=None, tenant=None, provenance=Provenance(issuer="people", mapping="ann@3", decision="d"))


def key(what: RevocationTarget, value: str, tenant: str | None = None) -> RevocationKey:
    return RevocationKey(what, value, tenant)


def test_a_token_falls_under_everything_that_it_was_made_from_and_everybody_in_it() -> None:
    assert keys_of_authorized(LEAF, "leaf") == {
        *(key(RevocationTarget.JTI, jti) for jti in ("leaf", "root", "middle")),
        key(RevocationTarget.TXN, "txn-1"),
        *(key(RevocationTarget.PRINCIPAL, sub) for sub in ("user/ann", "agent/a", "agent/b")),
        *(key(RevocationTarget.PRINCIPAL, sub, "acme") for sub in ("user/ann", "agent/a", "agent/b")),
        *(key(RevocationTarget.CLIENT, client) for client in ("gateway", "portal", "user/ann")),
        *(key(RevocationTarget.ISSUER, issuer) for issuer in ("people", "agents", "tools")),
        *(key(RevocationTarget.MAPPING, mapping) for mapping in ("ann", "agent", "tool")),
        subject_key("people", identity_of("people", "ann")),
        subject_key("agents", identity_of("agents", "a")),
        subject_key("tools", "t-1"),
        EVERYTHING,
    }


def test_two_issuers_never_share_an_identity_whatever_their_subjects_are_called() -> None:
    pairs = [("a", "b"), ("a", "c"), ("b", "b"), ("a.b", "c"), ("a", 'b", "c')]
    named = [subject_key(issuer, identity_of(issuer, subject)) for issuer, subject in pairs]
    assert len(set(named)) == len(pairs)
    assert [issuer_in(one) for one in named] == [issuer for issuer, _ in pairs]


@pytest.mark.parametrize("authorization", [LEAF, ROOT])
def test_what_is_recorded_at_issuance_is_what_the_token_says_afterwards(authorization: Authorization) -> None:
    claims = build_claims(authorization, "https://federation.example.com", "leaf")
    assert keys_of(read_own(claims, KEY_SET)) == keys_of_authorized(authorization, "leaf")


def test_a_token_without_tenant_falls_under_no_tenants_principal() -> None:
    assert not [each for each in keys_of_authorized(ROOT, "leaf") if each.tenant]


@pytest.mark.parametrize(
    ("what", "issued_at", "covered"),
    [
        (RevocationTarget.JTI, NOW + 10, True),
        (RevocationTarget.TXN, NOW + 10, True),
        (RevocationTarget.PRINCIPAL, NOW, True),
        (RevocationTarget.PRINCIPAL, NOW + 1, False),
        (RevocationTarget.ISSUER, NOW - 10, True),
        (RevocationTarget.ALL, NOW + 1, False),
    ],
)
def test_a_revocation_covers_what_it_says(what: RevocationTarget, issued_at: int, covered: bool) -> None:
    revoked = Revocation(key(what, "x"), NOW, NOW + 3600, "admin/eve")
    assert is_revoked([key(RevocationTarget.MAPPING, "y"), revoked.key], issued_at, {revoked.key: revoked}) is covered


def test_M9_the_strictest_of_several_revocations_wins() -> None:
    everything = Revocation(EVERYTHING, NOW - 100, NOW + 3600, "admin/eve")
    issuer = Revocation(key(RevocationTarget.ISSUER, "people"), NOW - 10, NOW + 3600, "admin/eve")
    client = Revocation(key(RevocationTarget.CLIENT, "gateway"), NOW - 50, NOW + 3600, "admin/eve")
    revoked = {each.key: each for each in (everything, issuer, client)}
    keys = keys_of_authorized(LEAF, "leaf")
    assert is_revoked(keys, NOW - 10, revoked)
    assert not is_revoked(keys, NOW - 9, revoked)


def test_texts_of_keys_never_meet_and_read_back() -> None:
    keys = [
        key(RevocationTarget.JTI, 'a","b'),
        key(RevocationTarget.PRINCIPAL, "a", "b"),
        key(RevocationTarget.PRINCIPAL, "a"),
    ]
    assert len(set(key_texts(keys))) == 3
    assert [read_key(key_text(each)) for each in keys] == keys
