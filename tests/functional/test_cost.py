"""What a warm exchange asks of AWS is counted, and priced (docs/performance.md). Nothing here measures time."""

import pytest

from benchmarks.cost import Counted, around, calls_of, counted, total


@pytest.fixture(scope="module")
def warm() -> Counted:
    return counted()


def test_a_warm_exchange_writes_its_record_reads_what_it_rests_on_and_signs(warm: Counted) -> None:
    assert warm.calls == {"BatchGetItem": 1, "PutItem": 1, "Sign": 1}


def test_its_record_is_two_write_units_and_one_of_the_index(warm: Counted) -> None:
    assert warm.write_units == 3


def test_it_rests_on_six_documents_and_five_possible_revocations(warm: Counted) -> None:
    assert warm.read_units == 11


def test_its_log_is_its_number_and_its_signature(warm: Counted) -> None:
    """What Lambda writes itself about an invocation is 320 bytes."""
    assert warm.log_bytes < 320 + 140


def test_a_million_cost_no_more_than_is_said(warm: Counted) -> None:
    assert total(calls_of(warm)) == pytest.approx(6.25)
    assert total(around(warm)) < 2.1
