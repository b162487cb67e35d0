"""What a write of the admin API asks of AWS, counted as docs/architecture.md has it."""

from benchmarks.counts import requests

MOST = 6


def test_a_write_of_any_kind_costs_six_calls_while_nothing_else_is_written() -> None:
    counted = list(requests())
    assert {one.what: one.calls.total() for one in counted if one.calls.total() > MOST} == {}
    assert {one.what: one.afresh.total() for one in counted if one.afresh.total() > 2 * MOST + 3} == {}
    assert all(one.calls["TransactWriteItems"] == 1 for one in counted if one.what.startswith("PUT"))
