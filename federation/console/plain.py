"""Pages for who has no session: they need no style sheet, since that takes a session too."""

from html import escape
from typing import Final

_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)

OPENING: Final = (
    f'{_HEAD}<meta http-equiv="refresh" content="0"><title>fedbridge console</title></head>'
    "<body><main><h1>Opening the console</h1></main></body></html>"
).encode()
"""It asks for itself again: from our own page, the browser sends the cookie that it kept back before."""


def plain_page(heading: str, text: str) -> bytes:
    """A heading and what to do."""
    title = f"<title>{escape(heading)} - fedbridge console</title></head>"
    return f"{_HEAD}{title}<body><main><h1>{escape(heading)}</h1><p>{escape(text)}</p></main></body></html>".encode()
