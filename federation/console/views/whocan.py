"""Who can: every way to an audience, of a principal or of an issuer's identities, as a picture and as a table."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

from federation.console.page import Login, Page, View, Visit
from federation.pictures.graph import Graph, Kind, Node
from federation.pictures.reach import reach_picture
from federation.pictures.svg import svg

FILTERS: Final = ("audience", "scope", "principal", "issuer")
"""Of `GET /admin/v1/whocan`, and of the URL."""
PROPOSED: Final = "100"
"""Audiences that the empty page proposes."""


def view() -> View:
    """The tab."""
    return View(
        "Who can?",
        "/whocan",
        "r",
        (
            Page("GET", "/whocan", _show, Login.SESSION),
            Page("GET", "/whocan/picture.svg", _export, Login.SESSION),
        ),
        summary="who reaches what, by the documents alone",
    )


def _show(visit: Visit) -> Response:
    asked = _asked(visit)
    if not asked:
        audiences = visit.api.get("/audiences", {"limit": PROPOSED}).members
        return visit.page("whocan.html", asked=asked, audiences=audiences["items"], found=None)
    found = _found(visit, asked)
    drawn = reach_picture(found, _words(asked))
    links = {node.id: link for node in drawn.nodes if (link := _link(node))}
    return visit.page(
        "whocan.html",
        asked=asked,
        found=found,
        ways=[*(found.get("items") or ()), *(found.get("itself") or ())],
        acts_for=found.get("acts_for") or (),
        picture=_picture(drawn, links) if drawn.nodes else "",
        note=drawn.note,
    )


def _picture(drawn: Graph, links: Mapping[str, str]) -> Markup:
    return Markup(svg(drawn, styled=False, links=links, across=True))  # noqa: S704 (the picture escapes what it says)


def _export(visit: Visit) -> Response:
    asked = _asked(visit)
    drawn = reach_picture(_found(visit, asked), _words(asked))
    heads = {"content-disposition": 'attachment; filename="who-can.svg"'}
    return Response(svg(drawn, across=True), media_type="image/svg+xml", headers=heads)


def _asked(visit: Visit) -> dict[str, str]:
    return {name: text for name in FILTERS if (text := visit.asked(name))}


def _words(asked: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {text}" for name, text in asked.items())


def _found(visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
    """The API's answer; of it those that are dangerous alone, where the URL says so."""
    found = visit.api.get("/whocan", asked).members
    if not visit.asked("danger"):
        return found
    kept = {name: [way for way in found.get(name) or () if _is_danger(way)] for name in ("items", "itself")}
    return {**found, **kept, "acts_for": [one for one in found.get("acts_for") or () if _is_danger(one)]}


def _is_danger(way: Mapping[str, Any]) -> bool:
    """Whether the API says so of the way, or of a party that acts on it."""
    further = [*(way.get("actors") or ()), *(way.get("then") or ())]
    return bool(way.get("dangers") or way["party"].get("dangers")) or any(map(_is_danger, further))


_PLURALS: Final[Mapping[Kind, str]] = {
    Kind.IDENTITY: "issuers",
    Kind.MAPPING: "mappings",
    Kind.AUDIENCE: "audiences",
}


def _link(node: Node) -> str:
    """Empty for a template: which principal it makes, only a token tells."""
    if node.kind is Kind.PRINCIPAL and "{" in node.about:
        return ""
    name = quote(node.about, safe="")
    plural = _PLURALS.get(node.kind)
    return f"/trust/{plural}/{name}" if plural else f"/whocan?principal={name}"
