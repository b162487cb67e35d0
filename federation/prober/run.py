"""Runs every attack once, and judges the answers."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace

from federation.client.http import Answer
from federation.prober.aim import Aim, reason_of
from federation.prober.attacks import ATTACKS, Attack


class Outcome(StrEnum):
    """What came of an attack."""

    REFUSED = "refused"
    """As it must be."""
    SUCCEEDED = "succeeded"
    UNCLEAR = "unclear"
    """Refused for another reason, or not answered: it says nothing about the attack."""
    NOT_TRIED = "not tried"
    """It needs an identity that the bridge knows."""


class Result(Struct, frozen=True):
    """What came of one attack."""

    row: str
    name: str
    outcome: Outcome
    status: int | None = None
    reason: str = ""
    """As the bridge says."""
    expected: tuple[str, ...] = ()
    correlation_id: str = ""


class Report(Struct, frozen=True):
    """What came of all."""

    bridge: str
    known: bool
    """Whether the bridge knows the prober: a good token of it was exchanged, so that a refusal of a bad one means
    something."""
    control: str
    """What the bridge said to the good token: empty, or its reason."""
    results: tuple[Result, ...]

    def of(self, outcome: Outcome) -> tuple[Result, ...]:
        """Those with that outcome."""
        return tuple(one for one in self.results if one.outcome is outcome)


def probe(aim: Aim, each: Callable[[Sequence[Attack]], Iterator[Attack]] = iter) -> Report:
    """Every attack against the bridge; raises OSError where it does not answer the first request.

    `each`: shows how far it has come.
    """
    spent = aim.good()
    answer = aim.exchange(spent)
    known = answer.status == HTTPStatus.OK
    armed = replace(aim, spent=spent, issued=str(answer.members["access_token"])) if known else aim
    results = tuple(_result(attack, armed, known=known) for attack in each(ATTACKS))
    return Report(aim.url, known, "" if known else reason_of(answer), results)


def _result(attack: Attack, aim: Aim, *, known: bool) -> Result:
    if attack.needs_identity and not known:
        return Result(attack.row, attack.name, Outcome.NOT_TRIED)
    try:
        answer = attack.shoot(aim)
    except OSError as error:
        return Result(attack.row, attack.name, Outcome.UNCLEAR, reason=type(error).__name__)
    return Result(
        row=attack.row,
        name=attack.name,
        outcome=_judged(attack, answer),
        status=answer.status,
        reason=reason_of(answer),
        expected=tuple(sorted(attack.reasons)),
        correlation_id=answer.headers.get("x-correlation-id", ""),
    )


def _judged(attack: Attack, answer: Answer) -> Outcome:
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.SUCCEEDED
    as_expected = answer.status == attack.status and reason_of(answer) in attack.reasons
    return Outcome.REFUSED if as_expected else Outcome.UNCLEAR
