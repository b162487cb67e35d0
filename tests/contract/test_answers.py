"""RememberedAnswers: an action that was named is answered once."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.aws.answers import DynamoAnswers
from federation.ports import RememberedAnswer, RememberedAnswers, StillRunning, UnlikeRequest
from tests.support.contract import Engine
from tests.support.fake_answers import FakeAnswers
from tests.support.fake_clock import FixedClock

KEY = ("acme", "admin/alice", "k-1")
ANSWER = RememberedAnswer(200, b'{"base":7}')


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def answers(engine: Engine | None, clock: FixedClock) -> RememberedAnswers:
    if engine is None:
        return FakeAnswers(clock)
    return DynamoAnswers(engine.dynamodb, engine.tables()["FEDERATION_STATE_TABLE"], clock)


def test_what_was_answered_is_answered_again(answers: RememberedAnswers) -> None:
    assert answers.begin(KEY, "digest") is None
    answers.finish(KEY, ANSWER)
    assert answers.begin(KEY, "digest") == ANSWER


def test_another_request_under_the_same_name_is_told(answers: RememberedAnswers) -> None:
    answers.begin(KEY, "digest")
    with pytest.raises(UnlikeRequest):
        answers.begin(KEY, "another")
    answers.finish(KEY, ANSWER)
    with pytest.raises(UnlikeRequest):
        answers.begin(KEY, "another")


def test_names_are_their_callers_own(answers: RememberedAnswers) -> None:
    answers.begin(("a", "b", "c"), "digest")
    for other in (("a", "b", "d"), ("a", "x", "c"), ("ab", "", "c")):
        assert answers.begin(other, "another") is None


def test_one_who_is_still_at_it_is_waited_for_a_minute(answers: RememberedAnswers, clock: FixedClock) -> None:
    answers.begin(KEY, "digest")
    with pytest.raises(StillRunning):
        answers.begin(KEY, "digest")
    clock.advance(61)
    assert answers.begin(KEY, "digest") is None
    with pytest.raises(StillRunning):
        answers.begin(KEY, "digest")


def test_what_came_to_nothing_is_asked_anew(answers: RememberedAnswers) -> None:
    answers.begin(KEY, "digest")
    answers.forget(KEY)
    assert answers.begin(KEY, "another") is None


def test_after_a_day_a_name_is_free(answers: RememberedAnswers, clock: FixedClock) -> None:
    answers.begin(KEY, "digest")
    answers.finish(KEY, ANSWER)
    clock.advance(24 * 60 * 60 - 1)
    assert answers.begin(KEY, "digest") == ANSWER
    clock.advance(3)
    assert answers.begin(KEY, "another") is None


def test_of_many_who_begin_one_does(answers: RememberedAnswers) -> None:
    def attempt(_: int) -> bool:
        try:
            return answers.begin(KEY, "digest") is None
        except StillRunning:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(8))) == 1


def test_an_answer_of_a_thousand_changes_is_kept_and_one_that_is_too_large_is_given_anew(
    answers: RememberedAnswers,
) -> None:
    large = RememberedAnswer(200, b'{"action":"unchanged"},' * 40_000)
    answers.begin(KEY, "digest")
    answers.finish(KEY, large)
    assert answers.begin(KEY, "digest") == large


def test_one_that_cannot_be_kept_is_no_error(answers: RememberedAnswers) -> None:
    answers.begin(KEY, "digest")
    answers.finish(KEY, RememberedAnswer(200, os.urandom(500_000)))
