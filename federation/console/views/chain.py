"""Chain: from a token back to who began and on to what was made of it, as a picture; revoke from any place of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from markupsafe import Markup
from msgspec import Struct
from starlette.responses import Response

from federation.client.admin import AdminRefused
from federation.console.page import Login, Page, View, Visit
from federation.console.pasted import looks_like_jwt, read_token
from federation.console.trouble import Unclear
from federation.pictures.custody import custody
from federation.pictures.svg import svg

SINCE: Final = "7d"
"""How far back a request is looked for by its correlation id."""
REHEARSED: Final = "dry run"
"""The reason of a revocation that is only looked at: it is written nowhere."""
_JTI: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_REQUEST: Final = re.compile(r"[A-Za-z0-9_=+/:.-]{1,128}")


class Target(Struct, frozen=True):
    """What can be revoked from one record: its name and value in `POST /admin/v1/revocations`."""

    what: str
    value: str
    words: str
    tenant: str = ""


def view() -> View:
    """The tab."""
    return View(
        "Chain",
        "/chain",
        "c",
        (
            Page("GET", "/chain", _show, Login.SESSION),
            Page("POST", "/chain", _find, Login.SESSION),
            Page("GET", "/chain/picture.svg", _export, Login.SESSION),
            Page("GET", "/chain/revoke", _ask, Login.SESSION),
            Page("POST", "/chain/revoke", _revoke, Login.SESSION),
        ),
        summary="what a token was made from, what was made of it, and how to end it",
    )


def _find(visit: Visit) -> Response:
    """A pasted token stays in this process: its id alone goes into the URL."""
    asked = visit.form.get("about", "").strip()
    if looks_like_jwt(asked):
        asked = str(read_token(asked).claims.get("jti", ""))
        if not asked:
            raise Unclear("That token has no jti, so it is none of this bridge's")
    return visit.go("/chain", about=asked)


def _show(visit: Visit) -> Response:
    asked = visit.asked("about")
    if not asked:
        return visit.page("chain.html", asked="", chain=None, records=())
    chain = _chain(visit, asked)
    if chain is None:
        return _show_requests(visit, asked)
    links = _links(chain)
    drawn = custody(chain)
    leading = {node.id: f"#{links[node.about]}" for node in drawn.nodes if node.about in links}
    return visit.page(
        "chain.html",
        asked=asked,
        chain=chain,
        picture=Markup(svg(drawn, styled=False, links=leading)),  # noqa: S704 (the picture escapes what it says)
        note=drawn.note,
        tokens=[(links[str(one["jti"])], one, list(_targets(one))) for one in _tokens(chain)],
        endings=[(links[f"revocation {number}"], one) for number, one in enumerate(chain.get("revocations") or ())],
        records=(),
    )


def _show_requests(visit: Visit, asked: str) -> Response:
    """Of one request, by its correlation id."""
    if not _REQUEST.fullmatch(asked):
        raise Unclear("That is neither the id of a token nor of a request")
    records = visit.api.get("/audit", {"correlation_id": asked, "since": SINCE}).members["items"]
    tokens = [one for one in records if "jti" in one and "principal" in one]
    if len(records) == 1 and len(tokens) == 1:
        return visit.go("/chain", about=str(tokens[0]["jti"]))
    return visit.page("chain.html", asked=asked, chain=None, records=records, since=SINCE)


def _chain(visit: Visit, jti: str) -> Mapping[str, Any] | None:
    """None: there is no token of that id."""
    if not _JTI.fullmatch(jti):
        return None
    try:
        return visit.api.get(f"/audit/{jti}/chain").members
    except AdminRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def _tokens(chain: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Each once: who began first, what was made last."""
    found = {str(one["jti"]): one for one in [*reversed(chain["items"]), *(chain.get("children") or ())]}
    return list(found.values())


def _links(chain: Mapping[str, Any]) -> Mapping[str, str]:
    """What a node is about -> the id of the element that says more."""
    tokens = {str(one["jti"]): f"token-{number}" for number, one in enumerate(_tokens(chain))}
    endings = {f"revocation {number}": f"ending-{number}" for number, _ in enumerate(chain.get("revocations") or ())}
    return {**tokens, **endings}


def _targets(link: Mapping[str, Any]) -> Iterator[Target]:
    """What of this record the API lets one revoke."""
    record = link.get("record") or {}
    named = {
        "jti": ("this token and all that was made of it", link["jti"]),
        "txn": ("the whole chain", record.get("txn")),
        "principal": ("every token of the principal", record.get("principal")),
        "client": (
            "every token that the client asked for",
            record.get("client_id") if record.get("client_version") else None,
        ),
        "mapping": ("every token by the mapping", record.get("mapping")),
        "issuer": ("every token that rests on the issuer", record.get("root_issuer")),
    }
    for what, (words, value) in named.items():
        if isinstance(value, str) and value:
            tenant = str(record.get("tenant") or "") if what == "principal" else ""
            yield Target(what, value, words, tenant)


def _export(visit: Visit) -> Response:
    chain = _chain(visit, visit.asked("about"))
    if chain is None:
        raise Unclear("There is no token of that id")
    heads = {"content-disposition": 'attachment; filename="chain.svg"'}
    return Response(svg(custody(chain)), media_type="image/svg+xml", headers=heads)


def _ask(visit: Visit) -> Response:
    """What would die, before it does."""
    named = _named(visit.query)
    would = visit.api.ask("/revocations?dry_run=true", {**named, "reason": REHEARSED}).members
    return visit.page("chain_revoke.html", named=named, asked=visit.asked("about"), would=would)


def _revoke(visit: Visit) -> Response:
    form = visit.form
    named = {**_named(form), "reason": form.get("reason", "").strip()}
    revoked = visit.api.post("/revocations", named).members
    return visit.page("chain_revoked.html", revoked=revoked, asked=form.get("about", ""))


def _named(said: Mapping[str, str]) -> dict[str, str]:
    """The body of a revocation but for its reason; what it may say the API knows."""
    what, value, tenant = (said.get(name, "").strip() for name in ("what", "value", "tenant"))
    if not what or not value:
        raise Unclear("Say what is to be revoked")
    return {what: value, **({"tenant": tenant} if tenant else {})}
