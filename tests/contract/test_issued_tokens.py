"""IssuedTokens: which living tokens a revocation is about."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from federation.aws.issued_tokens import LONGEST_FILTER, DynamoIssuedTokens
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from federation.ports import IssuedTokens, Ledger, LiveToken
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_issued_tokens import FakeIssuedTokens
from tests.support.fake_ledger import FakeLedger

NOW = 1_800_000_000
ROOT, OTHER = RevocationKey(RevocationTarget.JTI, "root"), RevocationKey(RevocationTarget.JTI, "other")
ANN = RevocationKey(RevocationTarget.PRINCIPAL, "user/\u00e4nn", "acme")


@dataclass(frozen=True, slots=True)
class Case:
    ledger: Ledger
    tokens: IssuedTokens

    def issue(self, jti: str, *keys: RevocationKey, expires_at: int = NOW + 300, **more: Json) -> LiveToken:
        live = LiveToken(jti, NOW - 10, expires_at, len(jti), frozenset(keys))
        entry: dict[str, Json] = {
            "jti": jti,
            "correlation_id": jti,
            "outcome": "allow",
            "issued_at": live.issued_at,
            "expires_at": live.expires_at,
            "status_idx": live.status_index,
            "revocation_keys": key_texts(live.keys),
            **more,
        }
        self.ledger.commit({name: value for name, value in entry.items() if value is not None}, ())
        return live


@pytest.fixture
def case(engine: Engine | None) -> Iterator[Case]:
    clock = FixedClock(NOW)
    if engine is None:
        fake = FakeLedger(clock)
        yield Case(fake, FakeIssuedTokens(fake))
        return
    names = engine.tables()
    audit = names["FEDERATION_AUDIT_TABLE"]
    ledger = DynamoLedger(engine.dynamodb, LedgerTables(audit, names["FEDERATION_STATE_TABLE"]), clock)
    with ThreadPoolExecutor(8) as pool:
        yield Case(ledger, DynamoIssuedTokens(engine.dynamodb, audit, pool))


def test_tokens_are_found_by_any_key_that_they_fall_under(case: Case) -> None:
    root = case.issue("root", ROOT, ANN)
    leaf = case.issue("leaf", ROOT, OTHER, expires_at=NOW + 3600)
    case.issue("stranger", RevocationKey(RevocationTarget.JTI, "stranger"))
    assert set(case.tokens.affected([ROOT], NOW)) == {root, leaf}
    assert case.tokens.affected([ANN], NOW) == (root,)
    assert set(case.tokens.affected([OTHER, ANN], NOW)) == {root, leaf}


def test_no_keys_are_about_nothing(case: Case) -> None:
    case.issue("root", ROOT)
    assert case.tokens.affected([], NOW) == ()


def test_keys_do_not_run_into_each_other(case: Case) -> None:
    case.issue("root", ROOT, ANN)
    near = [ROOT._replace(what=RevocationTarget.TXN), ROOT._replace(value="roo"), ANN._replace(tenant=None)]
    assert case.tokens.affected(near, NOW) == ()


@pytest.mark.parametrize(("expires_at", "found"), [(NOW, False), (NOW + 1, True), (NOW + 3600, True)])
def test_what_has_expired_is_no_longer_there(case: Case, expires_at: int, found: bool) -> None:
    case.issue("root", ROOT, expires_at=expires_at)
    assert bool(case.tokens.affected([ROOT], NOW)) is found


def test_more_keys_than_an_expression_holds_are_looked_for_all_the_same(case: Case) -> None:
    keys = [RevocationKey(RevocationTarget.JTI, f"{number}-{'x' * 40}") for number in range(3 * LONGEST_FILTER)]
    last, stranger = case.issue("last", keys[-1]), case.issue("stranger", ROOT)
    assert case.tokens.affected(keys, NOW) == (last,)
    assert case.tokens.affected([*keys[: LONGEST_FILTER - 1], ROOT], NOW) == (stranger,)


def test_many_tokens_are_all_found(case: Case) -> None:
    issued = {case.issue(f"token-{number}", ROOT) for number in range(60)}
    assert set(case.tokens.affected([ROOT], NOW)) == issued


@pytest.mark.parametrize("missing", ["status_idx", "revocation_keys", "expires_at"])
def test_a_record_of_something_else_is_kept_and_not_found(case: Case, missing: str) -> None:
    case.issue("record", ROOT, **{missing: None})  # type: ignore[arg-type]
    assert case.tokens.affected([ROOT], NOW) == ()
