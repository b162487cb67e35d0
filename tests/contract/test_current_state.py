"""CurrentState: whether a decision, or a token, still rests on what holds."""

import pytest

from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.risk import Decay, RiskCause, RiskKey, RiskScore
from federation.model.trust import DocumentRef, Kind, Selector
from federation.ports import CurrentVersions, CurrentVersionsQuery
from tests.support.contract import Engine
from tests.support.state_contract import StatePorts, state_ports
from tests.support.trust_documents import AUDIENCE, ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write

NOW = 1_800_000_000
ROOT = RevocationKey(RevocationTarget.JTI, "root")
CHAIN = RevocationKey(RevocationTarget.TXN, "root")
EVERYTHING = RevocationKey(RevocationTarget.ALL, "")


@pytest.fixture
def state(engine: Engine | None) -> StatePorts:
    return state_ports(engine)


def documents(*refs: DocumentRef) -> CurrentVersionsQuery:
    return CurrentVersionsQuery(documents=frozenset(refs))


def revocations(*keys: RevocationKey) -> CurrentVersionsQuery:
    return CurrentVersionsQuery(revocations=frozenset(keys))


def revocation(key: RevocationKey, revoked_at: int = NOW, expires_at: int = NOW + 600) -> Revocation:
    return Revocation(key, revoked_at, expires_at, "admin/\u00e9", "leaked")


def raise_to(state: StatePorts, key: RiskKey, score: int) -> None:
    state.risks.raise_score(key, RiskCause(Decay(score, NOW), "a test says so", "tests"))


def test_versions_of_documents_of_every_kind_come_in_one_answer(state: StatePorts) -> None:
    audience = DocumentRef(Kind.AUDIENCE, "risk-engine")
    write(state.writer, issuer_ref("acme"), ISSUER)
    write(state.writer, issuer_ref("acme"), {**ISSUER, "enabled": False})
    write(state.writer, mapping_ref("sync"), mapping_body(), Selector("sub", "worker"))
    write(state.writer, audience, AUDIENCE)

    asked = documents(issuer_ref("acme"), mapping_ref("sync"), audience, issuer_ref("nobody"))

    assert state.current.standing(asked).versions == {issuer_ref("acme"): 2, mapping_ref("sync"): 1, audience: 1}


def test_a_deleted_document_has_no_version(state: StatePorts) -> None:
    state.writer.delete(issuer_ref("acme"), write(state.writer, issuer_ref("acme"), ISSUER), SOMEBODY)
    assert state.current.standing(documents(issuer_ref("acme"))).versions == {}


def test_an_id_written_anew_is_not_taken_for_its_predecessor(state: StatePorts) -> None:
    remembered = write(state.writer, issuer_ref("acme"), ISSUER)
    state.writer.delete(issuer_ref("acme"), remembered, SOMEBODY)

    written_anew = write(state.writer, issuer_ref("acme"), {**ISSUER, "issuer": "https://else.example.com"})

    assert written_anew == remembered + 2
    assert state.current.standing(documents(issuer_ref("acme"))).versions == {issuer_ref("acme"): written_anew}


def test_the_same_id_in_another_kind_is_another_document(state: StatePorts) -> None:
    write(state.writer, issuer_ref("acme"), ISSUER)
    assert state.current.standing(documents(mapping_ref("acme"))).versions == {}


def test_whoever_asks_for_nothing_learns_nothing(state: StatePorts) -> None:
    write(state.writer, issuer_ref("acme"), ISSUER)
    state.revocations.revoke(revocation(EVERYTHING))
    assert state.current.standing(CurrentVersionsQuery()) == CurrentVersions()


def test_what_nobody_ever_wrote_is_absent_and_no_error(state: StatePorts) -> None:
    question = CurrentVersionsQuery(
        frozenset({issuer_ref("acme")}), frozenset({ROOT, EVERYTHING}), frozenset({RiskKey("issuer", "acme")})
    )
    assert state.current.standing(question) == CurrentVersions()


def test_M3_everything_that_is_asked_for_comes_in_one_answer_at_once(state: StatePorts) -> None:
    scored, score = RiskKey("principal", "user/ann", "acme"), RiskScore.of(40, NOW)
    write(state.writer, issuer_ref("acme"), ISSUER)
    state.revocations.revoke(revocation(ROOT))
    state.revocations.revoke(revocation(EVERYTHING))
    raise_to(state, scored, 40)

    question = CurrentVersionsQuery(frozenset({issuer_ref("acme")}), frozenset({ROOT, CHAIN}), frozenset({scored}))

    expected = CurrentVersions({issuer_ref("acme"): 1}, {ROOT: revocation(ROOT)}, {scored: score})
    assert state.current.standing(question) == expected


def test_nothing_is_lost_of_a_question_that_takes_more_than_one_batch(state: StatePorts) -> None:
    keys = [RevocationKey(RevocationTarget.JTI, f"t{number}") for number in range(120)]
    for key in (keys[0], keys[119]):
        state.revocations.revoke(revocation(key))
    scored = frozenset(RiskKey("principal", f"p{number}") for number in range(90))
    raise_to(state, RiskKey("principal", "p89"), 1)
    write(state.writer, issuer_ref("acme"), ISSUER)

    found = state.current.standing(CurrentVersionsQuery(frozenset({issuer_ref("acme")}), frozenset(keys), scored))

    assert found.versions == {issuer_ref("acme"): 1}
    assert found.revocations.keys() == {keys[0], keys[119]}
    assert found.risks == {RiskKey("principal", "p89"): RiskScore.of(1, NOW)}


def test_a_revocation_holds_to_its_last_second_and_no_longer(state: StatePorts) -> None:
    state.revocations.revoke(revocation(ROOT))
    state.clock.at = NOW + 600.9
    assert state.current.standing(revocations(ROOT)).revocations == {ROOT: revocation(ROOT)}
    state.clock.at = NOW + 601
    assert state.current.standing(revocations(ROOT)).revocations == {}


def test_E6_names_of_what_is_revoked_do_not_run_into_each_other(state: StatePorts) -> None:
    twins = [
        RevocationKey(RevocationTarget.PRINCIPAL, "a"),
        RevocationKey(RevocationTarget.PRINCIPAL, "a", ""),
        RevocationKey(RevocationTarget.PRINCIPAL, "a", "b"),
        RevocationKey(RevocationTarget.PRINCIPAL, "a1:b"),
        RevocationKey(RevocationTarget.PRINCIPAL, "", "a"),
        RevocationKey(RevocationTarget.PRINCIPAL, "b", "a"),
        RevocationKey(RevocationTarget.PRINCIPAL, "A"),
        RevocationKey(RevocationTarget.PRINCIPAL, "\u00e9"),
        RevocationKey(RevocationTarget.PRINCIPAL, "x" * 600),
        RevocationKey(RevocationTarget.PRINCIPAL, "x" * 600, "b"),
        RevocationKey(RevocationTarget.CLIENT, "a"),
    ]
    for twin in twins:
        state.revocations.revoke(revocation(twin)._replace(reason=repr(twin)))
    found = state.current.standing(revocations(*twins)).revocations
    assert {key: one.reason for key, one in found.items()} == {twin: repr(twin) for twin in twins}


def test_E6_names_of_who_was_scored_do_not_run_into_each_other(state: StatePorts) -> None:
    twins = [
        RiskKey("principal", "a"),
        RiskKey("principal", "a", ""),
        RiskKey("principal", "a", "b"),
        RiskKey("principal", "", "a"),
        RiskKey("issuer", "a"),
        RiskKey("client", "a"),
    ]
    for score, twin in enumerate(twins, 1):
        raise_to(state, twin, score)
    found = state.current.standing(CurrentVersionsQuery(risks=frozenset(twins))).risks
    assert [found[twin].now(NOW) for twin in twins] == [1, 2, 3, 4, 5, 6]


def test_a_principal_of_one_tenant_is_not_revoked_with_its_namesake(state: StatePorts) -> None:
    ours, theirs = (RevocationKey(RevocationTarget.PRINCIPAL, "user/ann", tenant) for tenant in ("acme", "globex"))
    state.revocations.revoke(revocation(ours))
    assert state.current.standing(revocations(theirs)).revocations == {}
