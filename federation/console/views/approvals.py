"""Approvals: who asks for what, as whom and through whom; a person says yes for a time, or no."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup
from msgspec.structs import replace
from starlette.responses import Response

from federation.console.numbers import whole
from federation.console.page import Live, Login, Page, View, Visit
from federation.console.trouble import Unclear
from federation.pictures.approval import approval_picture
from federation.pictures.graph import Kind, Node
from federation.pictures.svg import svg

ROWS: Final = "50"
"""Of a page of the list."""
STATES: Final[Mapping[str, str]] = {"pending": "Waiting", "approved": "Approved", "denied": "Denied", "all": "All"}
TIMES: Final = ("5m", "15m", "1h", "8h", "24h")
"""Proposed; the API says what it takes."""


def view() -> View:
    """The tab."""
    return View(
        "Approvals",
        "/approvals",
        "a",
        (
            Page("GET", "/approvals", _list, Login.SESSION),
            Page("GET", "/approvals/{id}", _show, Login.SESSION),
            Page("POST", "/approvals/{id}", _decide, Login.SESSION),
        ),
        (Live("/approvals-live", _rows, Login.SESSION),),
        summary="requests that wait for a person",
    )


def _list(visit: Visit) -> Response:
    """The first page arrives by itself; those behind it stand still."""
    listed = _listed(visit)
    return listed.page("approvals.html", **_found(listed))


def _rows(visit: Visit) -> str:
    listed = _listed(visit)
    return listed.rendering.render("approvals_rows.html", {"visit": listed, **_found(listed)})


def _listed(visit: Visit) -> Visit:
    """The page that links in the list lead to, with the state in its URL."""
    return replace(visit, path="/approvals", query={**visit.query, "state": _state(visit)})


def _found(visit: Visit) -> dict[str, Any]:
    state, cursor = visit.asked("state"), visit.asked("cursor")
    query = {"limit": ROWS, **({"state": state} if state != "all" else {}), **({"cursor": cursor} if cursor else {})}
    page = visit.api.get("/approvals", query).members
    return {"items": page["items"], "following": page["next"], "state": state, "states": STATES}


def _state(visit: Visit) -> str:
    state = visit.asked("state") or "pending"
    if state not in STATES:
        raise Unclear("There is no such state of an approval")
    return state


def _show(visit: Visit) -> Response:
    found = visit.api.get(f"/approvals/{_id(visit)}").members
    drawn = approval_picture(found)
    links = {node.id: link for node in drawn.nodes if (link := _link(node))}
    picture = Markup(svg(drawn, styled=False, links=links))  # noqa: S704 (the picture escapes what it says)
    return visit.page("approval.html", found=found, picture=picture, times=TIMES)


def _link(node: Node) -> str:
    """Where one reads more of it; empty: nowhere."""
    name = quote(node.about, safe="")
    if node.kind is Kind.PRINCIPAL:
        return f"/whocan?principal={name}"
    plural = {Kind.ISSUER: "issuers", Kind.AUDIENCE: "audiences"}.get(node.kind)
    return f"/trust/{plural}/{name}" if plural else ""


def _decide(visit: Visit) -> Response:
    form = visit.form
    said, reason = form.get("say", ""), form.get("reason", "").strip()
    if said == "deny":
        body: dict[str, Any] = {"reason": reason}
    elif said == "approve":
        body = {"reason": reason, "lifetime": form.get("lifetime", "").strip(), "uses": _count(form.get("uses", ""))}
    else:
        raise Unclear("Approve it, or deny it")
    visit.api.post(f"/approvals/{_id(visit)}/{said}", body)
    return visit.go(visit.path, said=said)


def _count(text: str) -> int:
    uses = whole(text)
    if uses is None:
        raise Unclear("Uses is a whole number")
    return uses


def _id(visit: Visit) -> str:
    return quote(visit.variables["id"], safe="")
