from federation.verification.held_keys import CLOSED, OPEN, THRESHOLD, Circuit

NOW = 1_800_000_000


def failing(times: int) -> Circuit:
    circuit = CLOSED
    for _ in range(times):
        circuit = circuit.failed(NOW)
    return circuit


def test_a_few_failures_stop_nobody() -> None:
    assert CLOSED.allows(NOW)
    assert failing(THRESHOLD - 1).allows(NOW)


def test_many_in_a_row_stop_everybody_for_a_while() -> None:
    circuit = failing(THRESHOLD)
    assert [circuit.allows(NOW + after) for after in (0, OPEN - 1, OPEN)] == [False, False, True]


def test_the_attempt_after_that_opens_it_again_if_it_fails() -> None:
    circuit = failing(THRESHOLD).failed(NOW + OPEN)
    assert [circuit.allows(NOW + OPEN + after) for after in (0, OPEN - 1, OPEN)] == [False, False, True]


def test_a_clock_that_was_set_back_keeps_nobody_out() -> None:
    assert failing(THRESHOLD).allows(NOW - 1)
