from xml.etree import ElementTree as ET

import pytest

from benchmarks.report import BEGIN, END, Row, merged, picture

OURS = f"{BEGIN}\nold\n{END}"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (f"# P\n\n{OURS}\n\n## Growth\n", f"# P\n\n{BEGIN}\nnew\n{END}\n\n## Growth\n"),
        ("# P\n\n## Growth\n", f"# P\n\n## Growth\n\n{BEGIN}\nnew\n{END}\n"),
    ],
)
def test_a_run_replaces_its_own_block_and_nothing_else(page: str, expected: str) -> None:
    assert merged(page, ["new"]) == expected
    assert merged(expected, ["new"]) == expected


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (Row("a", "b", 2.0, 2.0), True),
        (Row("a", "b", 2.1, 2.0), False),
        (Row("a", "b", 2.1, 2.0, best="high"), True),
        (Row("a", "b", 1.9, 2.0, best="high"), False),
        (Row("a", "b", 1.9), None),
    ],
)
def test_a_row_says_whether_it_holds(row: Row, holds: bool | None) -> None:
    assert row.holds is holds


def test_the_picture_is_xml_with_a_bar_for_each_row_that_must_be_something() -> None:
    drawn = ET.fromstring(picture([Row("a & b", "<c>", 3.0, 2.0), Row("no must", "", 1.0)]))  # noqa: S314 - our own
    assert len(drawn.findall("{*}rect")) == 1
    assert "a & b / <c>" in [text.text for text in drawn.findall("{*}text")]
