"""What pages of the console are made of, for tests that look at them as a browser does."""

import json
from base64 import urlsafe_b64encode
from html.parser import HTMLParser
from typing import Any

HOSTILE = '"></title></textarea></script><script>alert(1)</script><img src=x onerror="alert(1)">\u202e{{7*7}}'
"""What outsiders call themselves."""


def jwt_text(claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """An unsigned token as people paste it; its signature is never looked at."""
    parts = (header or {"alg": "RS256", "kid": "k"}, claims)
    return ".".join([*(_part(json.dumps(part).encode()) for part in parts), _part(b"signature")])


def _part(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        if self.seen and self.seen[-1][0] != "textarea":
            self.text.append(data)


def elements(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes, but for the lines of a picture: what text can never add to."""
    return [one for one in _Reader(html).seen if one[0] != "text"]


def is_inert(html: str) -> bool:
    """Whether nothing in it runs or styles by itself, and what is read, fields apart, turns no line around."""
    reader = _Reader(html)
    names = {name for _, attributes in reader.seen for name in attributes}
    inline = [tag for tag, has in reader.seen if tag == "style" or (tag == "script" and "src" not in has)]
    runs = bool(inline) or "style" in names or any(name.startswith("on") for name in names)
    return not runs and "\u202e" not in "".join(reader.text)
