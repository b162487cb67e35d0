"""Trust: the documents by kind, and each as it stands."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from federation.console.page import Login, Page, View, Visit
from federation.console.trouble import Unclear
from federation.documents.registry import REGISTRY

KINDS: Final[Mapping[str, str]] = {row.plural: kind.value for kind, row in REGISTRY.items()}
"""Segment of a path -> kind."""
ROWS: Final = "50"
"""Of a page of a list."""


def view() -> View:
    """The tab."""
    return View(
        "Trust",
        "/trust",
        "t",
        (
            Page("GET", "/trust", _list, Login.SESSION),
            Page("GET", "/trust/{kind}/{id}", _show, Login.SESSION),
        ),
        summary="whom the bridge believes, and what that is worth",
    )


def _list(visit: Visit) -> Response:
    kind = visit.asked("kind") or "mappings"
    query = {"limit": ROWS, **{name: text for name in ("cursor",) if (text := visit.asked(name))}}
    page = visit.api.get(f"/{_plural(kind)}", query).members
    return visit.page("trust.html", kind=kind, kinds=KINDS, items=page["items"], following=page["next"])


def _show(visit: Visit) -> Response:
    kind, id_ = visit.variables["kind"], visit.variables["id"]
    found = visit.api.get(f"/{_plural(kind)}/{id_}").members
    return visit.page("trust_document.html", kind=kind, found=found)


def _plural(kind: str) -> str:
    if kind not in KINDS:
        raise Unclear(f"There is no kind of document that is called {kind}")
    return kind
