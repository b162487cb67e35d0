"""A partner's onboarding in one page: what the issuer publishes, a sample token, documents, whom they touch, apply."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from federation.client.admin import AdminRefused
from federation.console.discovery import Discover, Discovered
from federation.console.draft import Draft
from federation.console.page import Login, Page, Visit
from federation.console.pasted import Pasted, looks_like_jwt, read_claims, read_token
from federation.console.trouble import Trouble, trouble_of
from federation.console.views.planned import apply, planned
from federation.documents.yaml_text import as_yaml

LISTED: Final = "200"
"""Issuers and audiences that are offered."""


def pages(look: Discover) -> tuple[Page, ...]:
    """Of the tab Simulator."""
    return (
        Page("GET", "/simulator/partner", _begin, Login.SESSION),
        Page("POST", "/simulator/partner", partial(_look, look), Login.SESSION),
        Page("POST", "/simulator/plan", _plan, Login.SESSION, part=True),
        Page("POST", "/simulator/apply", _apply, Login.SESSION),
    )


def providers(visit: Visit) -> Sequence[Mapping[str, Any]]:
    """Each with an example of its tokens."""
    found: Sequence[Mapping[str, Any]] = visit.api.get("/providers").members["items"]
    return found


def audiences(visit: Visit) -> Sequence[Mapping[str, Any]]:
    """What there is to reach."""
    return [one["document"] for one in visit.api.get("/audiences", {"limit": LISTED}).members["items"]]


def _begin(visit: Visit) -> Response:
    """The URL fills fields in; nothing is fetched before the form is sent."""
    return _page(visit, visit.query)


def _look(look: Discover, visit: Visit) -> Response:
    """As far as what was filled in leads."""
    form = visit.form
    shown = _shown(form.get("claims", "").strip())
    issuer = form.get("url", "").strip() or str((shown.claims if shown else {}).get("iss") or "")
    found = _discovered(look, visit, issuer, shown)
    if not (shown and form.get("audience") and form.get("scopes", "").strip()):
        return _page(visit, form, issuer=issuer, shown=shown, discovered=found)
    try:
        drafted = visit.api.ask("/drafts", _question(visit, issuer, shown)).members
    except AdminRefused as refused:
        trouble = trouble_of(refused, visit.api.bridge)
        return _page(visit, form, issuer=issuer, shown=shown, discovered=found, trouble=trouble)
    return _page(visit, form, issuer=issuer, shown=shown, discovered=found, drafted=drafted)


def _discovered(look: Discover, visit: Visit, issuer: str, shown: Pasted | None) -> Discovered | None:
    """None: it has no discovery."""
    if not issuer or issuer.startswith("spiffe://"):
        return None
    return look(issuer, visit.api.bridge, str((shown.header if shown else {}).get("kid") or ""))


def _shown(text: str) -> Pasted | None:
    """A token, or claims; None: nothing yet. Raises Unclear."""
    if not text:
        return None
    return read_token(text) if looks_like_jwt(text) else Pasted({}, read_claims(text))


def _question(visit: Visit, issuer: str, shown: Pasted) -> dict[str, Any]:
    """Claims, and never the token's text. Pins are those that were ticked, once the page had shown them."""
    form = visit.form
    named = {name: text for name in ("provider", "principal") if (text := form.get(name, "").strip())}
    algorithm = str(shown.header.get("alg") or form.get("algorithm") or "")
    ticked = [value for name, value in visit.fields if name == "pin"]
    return {
        "claims": shown.claims,
        "audience": form["audience"],
        "scopes": form["scopes"],
        **({"issuer": issuer} if not shown.claims.get("iss") else {}),
        **named,
        **({"algorithm": algorithm} if algorithm else {}),
        **({"pins": ticked} if form.get("pinned") == "yes" else {}),
    }


def _page(  # noqa: PLR0913 (what a page shows)
    visit: Visit,
    further: Mapping[str, str],
    *,
    issuer: str = "",
    shown: Pasted | None = None,
    discovered: Discovered | None = None,
    drafted: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    """The token's text is in no page: what comes back are its claims."""
    claims = json.dumps(shown.claims, indent=2, ensure_ascii=False) if shown else ""
    algorithm = str(shown.header.get("alg") or further.get("algorithm") or "") if shown else ""
    documents = drafted["documents"] if drafted else ()
    return visit.page(
        "partner.html",
        further=further,
        issuer=issuer or further.get("url", ""),
        claims=claims,
        algorithm=algorithm,
        discovered=discovered,
        drafted=drafted,
        trouble=trouble,
        text="---\n".join(as_yaml(one) for one in documents),
        providers=providers(visit),
        audiences=audiences(visit),
    )


def _plan(visit: Visit) -> Response:
    """Who gains and who loses, and the way to apply exactly that."""
    draft = Draft.of(visit.form.get("text", ""))
    found = planned(visit, draft)
    return visit.page("partner_plan.html", planned=found, text=draft.text) if found else Response()


def _apply(visit: Visit) -> Response:
    """The partner's documents, and what its caller does next."""
    draft, changes = apply(visit)
    mapping = next((one for one in draft.documents if isinstance(one, dict) and one.get("kind") == "Mapping"), {})
    return visit.page("partner_applied.html", changes=changes, mapping=mapping)
