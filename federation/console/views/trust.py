"""Trust: the documents by kind, tenant and search; what waits for a second admin."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from federation.client.admin import AdminApi
from federation.console.page import Login, Page, View, Visit
from federation.console.views import trust_editor, trust_history
from federation.console.views.trust_names import KINDS, document_path, plural_of, version_of

ROWS: Final = 50
"""Of a page of a list."""
LOOKS: Final = 8
"""Pages of the bridge that one page of a search may take: each is some thousands of documents."""


def view() -> View:
    """The tab."""
    own = (
        Page("GET", "/trust", _list, Login.SESSION),
        Page("GET", "/trust/waiting", _waiting, Login.SESSION),
        Page("POST", "/trust/{kind}/{id}/confirm", _confirm, Login.SESSION),
    )
    pages = (*own, *trust_editor.pages(), *trust_history.pages())
    return View("Trust", "/trust", "t", pages, summary="whom the bridge believes, and what that is worth")


def _list(visit: Visit) -> Response:
    kind = plural_of(visit.asked("kind") or "mappings")
    items, following = _found(visit.api, kind, {name: visit.asked(name) for name in ("tenant", "search", "cursor")})
    return visit.page("trust.html", kind=kind, kinds=KINDS, items=items, following=following)


def _found(api: AdminApi, kind: str, asked: Mapping[str, str]) -> tuple[list[Mapping[str, Any]], str | None]:
    """A page; of a search, as much as the bridge finds within some looks, and where to go on."""
    query = {"limit": str(ROWS), **{name: text for name, text in asked.items() if text}}
    items: list[Mapping[str, Any]] = []
    for _ in range(LOOKS):
        page = api.get(f"/{kind}", query).members
        items += page["items"]
        if page["next"] is None or len(items) >= ROWS:
            return items, page["next"]
        query |= {"cursor": page["next"], "limit": str(ROWS - len(items))}
    return items, query["cursor"]


def _waiting(visit: Visit) -> Response:
    found = visit.api.get("/confirmations").members
    return visit.page("trust_waiting.html", items=found["items"], truncated=found["truncated"], kinds=KINDS)


def _confirm(visit: Visit) -> Response:
    path, form = document_path(visit), visit.form
    visit.api.post(f"{path}/confirm", {"version": version_of(form), "reason": form.get("reason", "")})
    return visit.go(f"/trust{path}", done="confirmed")
