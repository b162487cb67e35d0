"""Templates: whatever outsiders wrote is text, and what is invisible in it is made visible."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from msgspec import Struct

from federation.console.form import shown_value
from federation.documents.yaml_text import as_yaml
from federation.version import VERSION

HERE: Final = Path(__file__).parent
_INVISIBLE = (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, *range(0x200B, 0x2010))
_ORDER = (*range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
_SHOWN: Final = {number: f"\\u{number:04x}" for number in (*_INVISIBLE, *_ORDER)}
"""Control characters, and those that are invisible or turn the order of a line around."""


def visible(value: object) -> object:
    """Every text that a template shows; Markup is ours."""
    return value.translate(_SHOWN) if isinstance(value, str) and not isinstance(value, Markup) else value


def exactly(text: str) -> Markup:
    """Text that comes back when its form is sent: escaped, and otherwise as it is."""
    return Markup(escape(str(text)))  # noqa: S704 (escaped)


def moment(when: object) -> Markup:
    """A time, in UTC; the script puts the reader's own before it. `when`: RFC 3339, or seconds since the epoch."""
    try:
        told = datetime.fromtimestamp(when, UTC) if isinstance(when, int | float) else _parsed(str(when))
    except (ValueError, OverflowError, OSError):
        return Markup(escape(str(visible(str(when)))))  # noqa: S704 (escaped)
    shown = told.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}">{}</time>').format(told.strftime("%Y-%m-%dT%H:%M:%SZ"), shown)


def _parsed(text: str) -> datetime:
    told = datetime.fromisoformat(text)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def in_words(value: object) -> str:
    """A JSON value on one line; texts without quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def with_code(text: str) -> Markup:
    """A text of the bridge's, in which `code` stands between backticks."""
    pieces = str(visible(text)).split("`")
    if len(pieces) % 2 == 0:
        return Markup(escape(str(visible(text))))  # noqa: S704 (escaped)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def in_lines(value: object) -> str:
    """A JSON value as an admin would have written it."""
    return as_yaml(value).rstrip("\n") if isinstance(value, dict | list) else in_words(value)


class Rendering(Struct, frozen=True):
    """All templates of this package."""

    environment: Environment
    around: Mapping[str, Any]
    """What every page shows: the views, the bridge."""

    @classmethod
    def of(cls, **around: Any) -> "Rendering":  # noqa: ANN401 (for templates)
        """With what every page shows."""
        loader = FileSystemLoader(HERE / "templates")
        environment = Environment(
            autoescape=True, loader=loader, finalize=visible, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters |= {
            "moment": moment,
            "words": in_words,
            "lines": in_lines,
            "yaml": as_yaml,
            "exactly": exactly,
            "in_field": shown_value,
            "code": with_code,
        }
        return cls(environment, {"version": VERSION, **around})

    def render(self, template: str, shown: Mapping[str, Any]) -> str:
        """HTML."""
        return self.environment.get_template(template).render({**self.around, **shown})
