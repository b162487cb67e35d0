"""Row P2: what outsiders call themselves stays text in every picture of theirs."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from federation.pictures.custody import custody
from federation.pictures.mermaid import mermaid
from federation.pictures.page import page
from federation.pictures.svg import svg
from tests.support.custody_chains import Chain, link, texts

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["subject", "issuer", "mapping", "principal", "client_id", "correlation_id", "time", "approval", "approved_by"]
HARMLESS = frozenset({"svg", "title", "desc", "style", "g", "path", "text"})


def chain_of(text: str) -> Chain:
    """Everything in it that comes from outside says `text`."""
    lists = {name: [text] for name in ("policies", "audience", "scope")}
    named = {name: text for name in NAMES}  # noqa: C420 (as the lists)
    record = link("t-1", None, **named, **lists, act={"sub": text}, actor_issuer=text, actor_subject=text)
    use = {"service": text, "request": text, "time": text, "actor": text}
    revoked = {"what": "jti", "value": text, "by": text, "reason": text, "revoked_at": text, "covers": ["t-1"]}
    return {"items": [{**record, "uses": [use]}], "complete": True, "revocations": [revoked]}


@given(texts())
@settings(max_examples=60, deadline=None)
def test_P2_markup_is_text_in_svg(text: str) -> None:
    drawn = svg(custody(chain_of(text)))
    root = ET.fromstring(drawn)  # noqa: S314 (whether it is well-formed is the question)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= HARMLESS
    assert len(root.findall(f"{SVG}g")) == len(ET.fromstring(svg(custody(chain_of("plain")))).findall(f"{SVG}g"))  # noqa: S314
    assert all(character.isprintable() or character == "\n" for character in drawn)


class Elements(HTMLParser):
    """Which elements and attributes an HTML parser sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


@given(texts())
@settings(max_examples=60, deadline=None)
def test_P2_markup_is_text_in_html(text: str) -> None:
    parser = Elements()
    parser.feed(page(custody(chain_of(text))))
    expected = {"script", "a", "img", "iframe", "object", "link", "form", "x"}
    assert not {tag for tag, _ in parser.seen} & expected
    assert not {
        name for _, names in parser.seen for name in names if name.startswith("on") or name in ("style", "href")
    }


STATEMENT = re.compile(
    r'flowchart TD|  accTitle: [^\n"]*|  n\d+(\(\[|\[/|\[|\{\{)"[^"`<>]*(<br/>[^"`<>]*)*"(\]\)|/\]|\]|\}\})'
    r'|  n\d+ -->(\|"[^"`<>]*"\|)? n\d+|  style n\d+ stroke-[a-z]+:[0-9px ]+'
)


@given(texts())
@settings(max_examples=60, deadline=None)
def test_P2_markup_and_statements_are_text_in_mermaid(text: str) -> None:
    lines = mermaid(custody(chain_of(text))).splitlines()
    assert [line for line in lines if not STATEMENT.fullmatch(line)] == []
    assert len(lines) == len(mermaid(custody(chain_of("plain"))).splitlines())
