"""Numbers over time: nothing is lost in the picture, and nothing in it is more than text."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.pictures.plot import MOST, Axis, Line, key, plot, stacked

NOON = Axis(1_796_040_000, 60)
VALUES = st.lists(st.floats(0, 1e9), min_size=3, max_size=3)
LINES = st.lists(st.builds(Line, st.text(max_size=8), VALUES), max_size=12)


@given(LINES)
@settings(max_examples=50)
def test_whatever_the_series_it_is_one_svg_without_script_style_or_address(lines: list[Line]) -> None:
    drawn = plot("a <b> title", [Line(repr(one.name), one.values) for one in stacked(lines)], NOON, id_="p")
    root = ET.fromstring(drawn)  # noqa: S314 (our own)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {"script", "style", "a", "image"}.isdisjoint(one.tag.rpartition("}")[2] for one in root.iter())
    assert all("style" not in one.attrib and "href" not in one.attrib for one in root.iter())
    assert "nan" not in drawn


@given(LINES)
@settings(max_examples=50)
def test_the_smallest_series_are_told_together_and_all_are_counted(lines: list[Line]) -> None:
    told = stacked(lines)
    assert len(told) <= MOST + 1
    assert sum(one.total for one in told) == pytest.approx(sum(one.total for one in lines))


def test_series_differ_by_pattern_and_the_legend_has_the_same() -> None:
    lines = stacked([Line(f"s{number}", [number + 1.0, 0]) for number in range(8)])
    drawn = plot("t", lines, NOON, id_="p")
    for number in range(1, MOST + 1):
        assert f'class="series-{number}" fill="url(#p-{number})"' in drawn
        assert f'fill="url(#p-{number})"' in key(number, "p")


def test_the_description_says_the_numbers() -> None:
    assert '<desc id="p-desc">a: 3; b: 1</desc>' in plot("t", [Line("a", [1, 2]), Line("b", [1, 0])], NOON, id_="p")


@pytest.mark.parametrize(("most", "top"), [(0, "2"), (3, "5"), (11, "20"), (999, "1k"), (2_500_000, "5M")])
def test_the_scale_is_round(most: float, top: str) -> None:
    assert f">{top}</text>" in plot("t", [Line("a", [most])], NOON, id_="p")
