"""The trail in a spreadsheet: nothing that an outsider is called is run there."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.cli.audit_csv import COLUMNS, as_csv


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_record_is_a_line_with_its_members_by_name() -> None:
    record = {
        "time": "2026-11-30T08:00:00Z",
        "outcome": "allow",
        "scope": ["a", "b"],
        "audience": ["pay"],
        "claims": {},
    }
    (row,) = read(as_csv([record]))
    assert (row["time"], row["scope"], row["audience"], row["reason"]) == ("2026-11-30T08:00:00Z", "a b", "pay", "")
    assert tuple(row) == COLUMNS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n@", "  =", "\uff1d", "\x00+", "\u202e="])
def test_P2_what_looks_like_a_formula_is_text(start: str) -> None:
    (row,) = read(as_csv([{"subject": f"{start}HYPERLINK(1)", "scope": [f"{start}1"]}]))
    assert row["subject"][0] == row["scope"][0] == "'"


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_P2_no_cell_begins_like_a_formula_or_breaks_its_line(text: str) -> None:
    (row,) = read(as_csv([{name: text for name in COLUMNS}]))  # noqa: C420
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row.values())
