"""What outsiders wrote is text, and what is invisible in it is seen."""

import pytest

from federation.console.live import event
from federation.console.rendering import Rendering, in_lines, moment, visible


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x1b", "\x00", "\x7f", "\u2028"])
def test_what_turns_a_line_around_or_hides_in_it_is_seen(character: str) -> None:
    assert visible(f"a{character}b") == f"a\\u{ord(character):04x}b"


def test_ordinary_text_is_as_it_was() -> None:
    assert visible("Zürich 東京\n\tא") == "Zürich 東京\n\tא"


@pytest.mark.parametrize(
    "when", ["2026-11-30T11:00:00+01:00", "2026-11-30T10:00:00Z", "2026-11-30T10:00:00", 1796032800]
)
def test_a_time_is_told_in_utc(when: object) -> None:
    assert moment(when) == '<time datetime="2026-11-30T10:00:00Z">2026-11-30 10:00:00 UTC</time>'


@pytest.mark.parametrize("when", ["<b>", "", "yesterday", 10**30])
def test_what_is_no_time_is_text(when: object) -> None:
    assert "<b>" not in moment(when)


def test_values_are_shown_as_an_admin_would_have_written_them() -> None:
    assert in_lines({"a": ["b"]}) == "a:\n  - b"
    assert in_lines(True) == "true"  # noqa: FBT003 (JSON)


def test_every_line_of_an_event_is_data() -> None:
    assert event("a\nb\r\nevent: x\rc") == b"data: a\ndata: b\ndata: event: x\ndata: c\n\n"


def test_all_templates_can_be_read() -> None:
    environment = Rendering.of(views=(), bridge=str).environment
    for name in environment.list_templates():
        environment.get_template(name)
