"""A picture as one HTML file: it needs nothing else, runs nothing, and says everything in words below."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from federation.pictures.graph import Graph, shown
from federation.pictures.style import STYLE
from federation.pictures.svg import svg

_PAGE = """\
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
figure { margin: 0; overflow-x: auto; }
li { overflow-wrap: anywhere; }
"""


def page(drawn: Graph) -> str:
    """The whole document. Its policy lets a browser load nothing, and apply this stylesheet alone."""
    return "\n".join(_document(drawn))


def _document(drawn: Graph) -> Iterator[str]:
    style = f"\n{_PAGE}{STYLE}"
    digest = b64encode(sha256(style.encode()).digest()).decode()
    title = escape(shown(drawn.title))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield f"<figure>\n{svg(drawn, styled=False)}</figure>\n<h2>In words</h2>\n<ol>"
    for node in drawn.nodes:
        facts = "".join(f"<li>{escape(shown(fact))}</li>" for fact in node.facts)
        yield f"<li>{escape(node.called)} <b>{escape(shown(node.title))}</b>{f'<ul>{facts}</ul>' if facts else ''}</li>"
    yield "</ol>"
    if drawn.note:
        yield f"<p>{escape(shown(drawn.note))}</p>"
    yield "</body>\n</html>\n"
