"""What the contract suites of the state table run on."""

from dataclasses import dataclass

from federation.aws.current_state import DynamoCurrentState
from federation.aws.filing_writer import filing_writer
from federation.aws.kept_tokens import DynamoKeptTokens
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.revocations import DynamoRevocations
from federation.aws.risk_scores import DynamoRiskScores
from federation.ports import CurrentState, KeptTokens, Ledger, RevocationStore, RiskScores, TrustWriter
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust


@dataclass(frozen=True, slots=True)
class StatePorts:
    """Every port on what passes, and who writes the documents whose versions are asked for."""

    current: CurrentState
    revocations: RevocationStore
    surrendered: RevocationStore
    """By holders of tokens."""
    risks: RiskScores
    kept: KeptTokens
    ledger: Ledger
    writer: TrustWriter
    clock: FixedClock


def state_ports(engine: Engine | None) -> StatePorts:
    """On empty tables of the engine; None: the fakes."""
    return _fakes() if engine is None else _adapters(engine)


def _fakes() -> StatePorts:
    trust, clock = FakeTrust(), FixedClock()
    ledger = FakeLedger(clock)
    fake = FakeState(trust, ledger, clock)
    return StatePorts(fake, fake, fake, fake, fake, ledger, trust, clock)


def _adapters(engine: Engine) -> StatePorts:
    names, dynamodb, clock = engine.tables(), engine.dynamodb, FixedClock()
    trust, state = names["FEDERATION_TRUST_TABLE"], names["FEDERATION_STATE_TABLE"]
    return StatePorts(
        current=DynamoCurrentState(dynamodb, trust, state, clock),
        revocations=DynamoRevocations(dynamodb, state, clock),
        surrendered=DynamoRevocations(dynamodb, state, clock, surrendered=True),
        risks=DynamoRiskScores(dynamodb, state, clock),
        kept=DynamoKeptTokens(dynamodb, state, clock),
        ledger=DynamoLedger(dynamodb, LedgerTables(names["FEDERATION_AUDIT_TABLE"], state), clock),
        writer=filing_writer(dynamodb, trust, names["FEDERATION_AUDIT_TABLE"]),
        clock=clock,
    )
