"""A token leaves only when its record is durable, its one-time uses are claimed and its documents are current."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
import pytest
from msgspec.structs import replace

from federation.audit.record import AuditRecord
from federation.keys.jwk import signing_key
from federation.minting.commit import Commit
from federation.minting.current_key import CurrentKey
from federation.minting.current_state import TrustChanged
from federation.minting.minter import Minter
from federation.minting.replay import ApprovalSpent
from federation.model.authorization import Authorization, NotRevoked, Provenance, TokenTerms
from federation.model.binding import Binding
from federation.model.json import JsonObject
from federation.model.keys import KeySet, SigningKey
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.own_claims import build_claims
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts, keys_of_authorized
from federation.model.risk import RiskKey, RiskScore
from federation.model.status_list import status_reference
from federation.model.tokens import IssuedToken
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.errors import (
    InvalidClient,
    InvalidDpopProof,
    InvalidRequest,
    OAuthError,
    ServerError,
    TemporarilyUnavailable,
)
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.ports import KeptToken
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust
from tests.support.trust_values import NOW

ISSUER = "https://federation.example.com"
USE = OneTimeUse("subject_token", ("acme", "j-1"), NOW + 300)


class Corrupting(FakeSigner):
    """Answers with a signature of something else."""

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        return super().sign(key, message + b"x")


@dataclass
class World:
    signer: FakeSigner = field(default_factory=FakeSigner)
    trust: FakeTrust = field(default_factory=FakeTrust)
    clock: FixedClock = field(default_factory=FixedClock)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(3))
    algorithm: str = "RS256"
    ledger: FakeLedger = field(init=False)
    state: FakeState = field(init=False)
    minter: Minter = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(self.clock)
        self.state = FakeState(self.trust, self.ledger, self.clock)
        kms_key = self.signer.create(self.algorithm)
        key = signing_key(kms_key, self.algorithm, self.signer.public_key(kms_key))
        self.trust.save(replace(KeySet().adding(key).activating(key.kid, NOW, NOW), version=1))
        self.trust.add(Kind.MAPPING, "acme-sync", {"issuer": "acme"})
        self.minter = Minter(
            issuer=ISSUER,
            key=CurrentKey(self.trust, self.clock),
            identifiers=CountingIdentifiers(),
            commit=Commit(self.ledger, self.state, self.signer),
        )

    def mint(self, authorization: Authorization, correlation_id: str = "c-1") -> IssuedToken:
        http = HttpRequest("POST", "/token", b"", correlation_id)
        return self.minter.mint(authorization, AuditRecord(http, FakeAuditLog(), self.clock))

    def refused(self, authorization: Authorization, correlation_id: str = "c-1") -> OAuthError:
        with pytest.raises(OAuthError) as caught:
            self.mint(authorization, correlation_id)
        return caught.value


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with made.pool:
        yield made


def authorization(*uses: OneTimeUse, context: dict[str, str] | None = None) -> Authorization:
    return Authorization(
        principal="partner/acme/sync",
        client_id="partner/acme/sync",
        audiences=("risk-engine",),
        scopes=("risk:read", "risk:write"),
        issued_at=NOW,
        expires_at=NOW + 120,
        issued_token_type=TokenType.ACCESS_TOKEN,
        transaction="c-1",
        provenance=Provenance("acme", "acme-sync@1", "d1"),
        context=context or {},
        documents=(DocumentVersion(DocumentRef(Kind.MAPPING, "acme-sync"), 1),),
        tenant="acme",
        environment="prod",
        one_time=uses,
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_stock_pyjwt_verifies_a_minted_token(algorithm: str) -> None:
    world = World(algorithm=algorithm)
    with world.pool:
        token = world.mint(authorization()).token
    keys = world.trust.load()
    assert keys is not None
    key = jwt.PyJWKSet.from_dict(dict(keys.jwks)).keys[0]
    options = jwt.types.Options(verify_exp=False, verify_iat=False)
    claims = jwt.decode(token, key, [algorithm], options, audience="risk-engine", issuer=ISSUER)
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "kid": key.key_id, "typ": "at+jwt"}
    assert claims.pop("status") == status_reference(ISSUER, NOW + 120, "id-1").claim
    assert claims == {
        "iss": ISSUER,
        "sub": "partner/acme/sync",
        "aud": "risk-engine",
        "exp": NOW + 120,
        "iat": NOW,
        "jti": "id-1",
        "client_id": "partner/acme/sync",
        "scope": "risk:read risk:write",
        "txn": "c-1",
        "fed": {"iss": "acme", "mapping": "acme-sync@1", "decision": "d1"},
        "tenant": "acme",
        "env": "prod",
    }


def test_what_explain_yields_is_not_minted(world: World) -> None:
    terms = TokenTerms(**{name: getattr(authorization(), name) for name in TokenTerms.__struct_fields__})
    http = HttpRequest("POST", "/token", b"", "c-1")
    with pytest.raises(TypeError):
        world.minter.mint(terms, AuditRecord(http, FakeAuditLog(), world.clock))  # type: ignore[arg-type]


def test_attributes_travel_in_ctx_alone() -> None:
    claims = build_claims(authorization(context={"sub": "root", "scope": "all"}), ISSUER, "j")
    assert (claims["sub"], claims["scope"]) == ("partner/acme/sync", "risk:read risk:write")
    assert claims["ctx"] == {"sub": "root", "scope": "all"}


def test_an_ordinary_token_stays_near_one_kilobyte(world: World) -> None:
    assert len(world.mint(authorization()).token) < 1100


def test_the_record_of_an_issued_token_is_in_the_ledger(world: World) -> None:
    issued = world.mint(authorization())
    record = world.ledger.records[issued.jti]
    assert (record["outcome"], record["kid"], record["correlation_id"]) == ("allow", issued.key_id, "c-1")


def test_every_token_has_a_jti_of_its_own(world: World) -> None:
    assert world.mint(authorization()).jti != world.mint(authorization()).jti


def test_p1_without_a_record_no_token_leaves(world: World) -> None:
    world.ledger.failing = True
    assert isinstance(world.refused(authorization()), TemporarilyUnavailable)


def test_a_moved_document_stops_the_release_and_discards_the_record(world: World) -> None:
    world.trust.add(Kind.MAPPING, "acme-sync", {"issuer": "acme"})
    error = world.refused(authorization(USE))
    assert isinstance(error, TrustChanged)
    assert world.ledger.discarded == {"id-1": "trust_changed"}
    assert world.ledger.claims == {}


def test_a_deleted_document_stops_the_release(world: World) -> None:
    world.trust.delete(DocumentRef(Kind.MAPPING, "acme-sync"), 1)
    assert isinstance(world.refused(authorization()), TrustChanged)


def test_a_replay_is_refused_and_the_first_claim_stays(world: World) -> None:
    world.mint(authorization(USE), "c-1")
    error = world.refused(authorization(USE), "c-2")
    assert isinstance(error, InvalidRequest)
    assert error.reason is Reason.TOKEN_REPLAYED
    assert list(world.ledger.records) == ["id-1"]


def test_a_replay_leaves_no_trace_of_a_token_that_was_taken_back(world: World) -> None:
    """It wrote nothing, so there is nothing to discard: the trail would tell of tokens that never were."""
    world.mint(authorization(USE), "c-1")
    for number in range(3):
        world.refused(authorization(USE), f"c-{number + 2}")
    assert (list(world.ledger.records), world.ledger.discarded) == (["id-1"], {})


@pytest.mark.parametrize(
    ("purpose", "error", "reason"),
    [
        (Purpose.CLIENT_ASSERTION, InvalidClient, Reason.CLIENT_AUTHENTICATION_FAILED),
        (Purpose.DPOP, InvalidDpopProof, Reason.PROOF_REPLAYED),
        (Purpose.SUBJECT_TOKEN, InvalidRequest, Reason.TOKEN_REPLAYED),
        (Purpose.APPROVAL, ApprovalSpent, Reason.APPROVAL_SPENT),
    ],
)
def test_what_was_used_already_is_refused_in_its_own_words(
    world: World, purpose: Purpose, error: type[OAuthError], reason: Reason
) -> None:
    use = OneTimeUse(purpose, ("x", "1"), NOW + 300)
    world.mint(authorization(use), "c-1")
    refused = world.refused(authorization(use), "c-2")
    assert (type(refused), refused.reason) == (error, reason)


KEY = RevocationKey(RevocationTarget.PRINCIPAL, "partner/acme/sync")


@pytest.mark.parametrize(("revoked_at", "dead"), [(NOW - 1, False), (NOW, True), (NOW + 5, True)])
def test_what_was_issued_until_the_revocation_is_dead(world: World, revoked_at: int, dead: bool) -> None:
    world.state.revoke(Revocation(KEY, revoked_at, NOW + 600, "admin/a"))
    resting = replace(authorization(USE), not_revoked=(NotRevoked((KEY,), NOW),))
    if not dead:
        assert world.mint(resting).token
        return
    assert world.refused(resting).reason is Reason.TOKEN_REVOKED
    assert (world.ledger.discarded, world.ledger.claims) == ({"id-1": "token_revoked"}, {})


def test_a_revoked_chain_is_dead_whatever_its_age(world: World) -> None:
    key = RevocationKey(RevocationTarget.TXN, "c-0")
    world.state.revoke(Revocation(key, NOW - 500, NOW + 600, "admin/a"))
    assert (
        world.refused(replace(authorization(), not_revoked=(NotRevoked((key,), NOW),))).reason is Reason.TOKEN_REVOKED
    )


def test_m12_without_the_state_table_no_token_leaves(world: World) -> None:
    world.state.failing = True
    assert isinstance(world.refused(authorization(USE)), TemporarilyUnavailable)
    assert world.ledger.claims == {}


RISK = RiskKey("principal", "partner/acme/sync", "acme")


@pytest.mark.parametrize("seen", [None, RiskScore.of(10, NOW), RiskScore.of(50, NOW - 1)])
def test_a_risk_that_is_not_what_the_policies_saw_is_told_for_another_try(world: World, seen: RiskScore | None) -> None:
    world.state.suspect(RISK, 50, NOW)
    error = world.refused(replace(authorization(), risks=((RISK, seen),)))
    assert isinstance(error, TrustChanged)
    assert (error.moved, dict(error.risks)) == ((), {RISK: RiskScore.of(50, NOW)})


def test_a_risk_that_is_what_the_policies_saw_lets_the_token_leave(world: World) -> None:
    world.state.suspect(RISK, 50, NOW)
    other = RiskKey("issuer", "acme")
    assert world.mint(replace(authorization(), risks=((RISK, RiskScore.of(50, NOW)), (other, None)))).token


def test_everything_that_is_asked_is_one_read(world: World) -> None:
    resting = replace(authorization(), not_revoked=(NotRevoked((KEY,), NOW),), risks=((RISK, None),))
    world.mint(resting)
    assert world.state.reads == 1


def test_a_bound_token_says_to_which_key_and_is_no_bearer_token(world: World) -> None:
    issued = world.mint(replace(authorization(), binding=Binding(jkt="thumb")))
    assert (issued.token_type, claims_in(issued.token)["cnf"]) == ("DPoP", {"jkt": "thumb"})
    issued = world.mint(replace(authorization(), binding=Binding(x5t_s256="thumb")))
    assert (issued.token_type, claims_in(issued.token)["cnf"]) == ("Bearer", {"x5t#S256": "thumb"})


def test_an_opaque_token_is_kept_by_its_digest_alone_and_nothing_is_signed(world: World) -> None:
    issued = world.mint(replace(authorization(), opaque=True, act={"sub": "agent/a"}))
    (kept,) = world.ledger.kept_tokens.values()
    assert (kept.digest, kept.expires_at) == (sha256(issued.token.encode()).hexdigest(), NOW + 120)
    assert (kept.claims["jti"], kept.claims["act"], "status" in kept.claims) == (issued.jti, {"sub": "agent/a"}, False)
    assert issued.token not in str(world.ledger.records) + str(kept)
    assert (world.signer.signed, issued.key_id) == ([], None)


def test_an_opaque_token_passes_the_same_gates(world: World) -> None:
    opaque = replace(authorization(USE), opaque=True)
    world.trust.add(Kind.MAPPING, "acme-sync", {"issuer": "acme"})
    assert isinstance(world.refused(opaque), TrustChanged)
    assert world.ledger.claims == {}


@pytest.mark.parametrize("opaque", [False, True])
def test_the_record_names_the_place_in_the_status_list_and_what_would_revoke_it(world: World, *, opaque: bool) -> None:
    """By these it is found: an opaque token that was in no search of the trail would be one to hide behind."""
    issued = world.mint(replace(authorization(), opaque=opaque))
    record = world.ledger.records[issued.jti]
    assert record["status_idx"] == status_reference(ISSUER, NOW + 120, issued.jti).index
    assert set(record["revocation_keys"]) == set(key_texts(keys_of_authorized(authorization(), issued.jti)))  # type: ignore[arg-type]


def claims_in(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_fault_f4_an_unusable_key_gives_the_one_time_use_back(world: World) -> None:
    keys = world.trust.load()
    assert keys is not None
    assert keys.active is not None
    world.signer.disabled.add(keys.active.kms_key)
    assert world.refused(authorization(USE), "c-1").http_status == 503
    world.signer.disabled.clear()
    assert world.mint(authorization(USE), "c-2").token


def test_fault_f5_a_signature_that_does_not_verify_never_leaves() -> None:
    world = World(signer=Corrupting())
    with world.pool:
        assert isinstance(world.refused(authorization()), ServerError)
    assert world.ledger.discarded == {"id-1": "internal_error"}


def test_i8_a_token_above_8_kib_is_refused_not_cut(world: World) -> None:
    error = world.refused(authorization(context={f"k{number}": "v" * 200 for number in range(40)}))
    assert isinstance(error, ServerError)
    assert world.ledger.discarded == {"id-1": "internal_error"}


def test_before_the_first_publication_nothing_is_minted(world: World) -> None:
    empty = replace(world.minter, key=CurrentKey(FakeTrust(), world.clock))
    world.minter = empty
    assert world.refused(authorization()).reason is Reason.KEYS_UNPUBLISHED
    assert world.ledger.records == {}


def test_the_key_set_is_read_again_after_a_minute_or_when_told(world: World) -> None:
    current = world.minter.key
    before = world.trust.load()
    assert before is not None
    current.get()
    world.trust.save(replace(before, version=2))
    assert current.get()[1].version == 1
    current.forget()
    assert current.get()[1].version == 2
    world.trust.save(replace(before, version=3))
    world.clock.advance(61)
    assert current.get()[1].version == 3


def test_nothing_leaves_under_a_key_set_that_is_not_the_current_one(world: World) -> None:
    """The key may have been revoked a moment ago, in another process."""
    world.minter.key.get()
    before = world.trust.load()
    assert before is not None
    world.trust.save(replace(before, version=before.version + 1))
    assert world.refused(authorization()).reason is Reason.TRUST_CHANGED
    world.minter.key.forget()
    assert world.mint(authorization()).token


def test_without_an_active_key_nothing_is_minted(world: World) -> None:
    before = world.trust.load()
    assert before is not None
    world.trust.save(replace(before, version=2, keys=()))
    assert world.refused(authorization()).reason is Reason.KEYS_UNPUBLISHED


class AnswerLost(FakeLedger):
    """Applies the first write, but its answer never arrives."""

    lost = 0

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        super().commit(entry, uses, kept)
        self.lost += 1
        if self.lost == 1:
            raise TemporarilyUnavailable(Reason.AUDIT_UNAVAILABLE)


def test_fault_f8_a_write_whose_answer_was_lost_does_not_spend_the_token(world: World) -> None:
    ledger = AnswerLost(world.clock)
    world.minter = replace(world.minter, commit=replace(world.minter.commit, ledger=ledger))
    assert world.refused(authorization(USE), "c-1").http_status == 503
    assert ledger.discarded == {"id-1": "audit_unavailable"}
    assert world.mint(authorization(USE), "c-2").token
