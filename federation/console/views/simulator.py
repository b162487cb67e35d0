"""Simulator: what the exchange would say to a token, before one is sent: a provider's example, changed by hand.

Beside it, a partner's whole onboarding (`partner.py`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from federation.console.discovery import Discover, discover
from federation.console.page import Login, Page, View, Visit
from federation.console.pasted import looks_like_jwt, read_claims, read_token
from federation.console.views import partner
from federation.console.views.question import IN_URL, further_of


def view(look: Discover = discover) -> View:
    """The tab. `look`: how an issuer is asked what it publishes."""
    return View(
        "Simulator",
        "/simulator",
        "s",
        (
            Page("GET", "/simulator", _begin, Login.SESSION),
            Page("POST", "/simulator", _decide, Login.SESSION),
            *partner.pages(look),
        ),
        summary="what the exchange would say to a token, and letting a partner in",
    )


def _begin(visit: Visit) -> Response:
    """`?provider=` or `?issuer=` begins with an example; with `audience` it is decided at once."""
    providers, issuers = partner.providers(visit), _issuers(visit)
    claims = _example(visit, providers, issuers)
    found = _explained(visit, claims, visit.query) if claims and visit.asked("audience") else None
    return _page(visit, providers, issuers, claims, visit.query, found=found)


def _decide(visit: Visit) -> Response:
    """A pasted token is read here; its claims alone are asked about, and stand in no URL."""
    form = visit.form
    text = form.get("claims", "").strip()
    pasted = looks_like_jwt(text)
    claims = read_token(text).claims if pasted else read_claims(text)
    found = _explained(visit, claims, form)
    pasted = pasted or form.get("pasted") == "yes"
    return _page(visit, partner.providers(visit), _issuers(visit), claims, form, found=found, pasted=pasted)


def _page(  # noqa: PLR0913 (what a page shows)
    visit: Visit,
    providers: Sequence[Mapping[str, Any]],
    issuers: Sequence[Mapping[str, Any]],
    claims: Mapping[str, Any],
    further: Mapping[str, str],
    *,
    found: Mapping[str, Any] | None,
    pasted: bool = False,
) -> Response:
    text = json.dumps(claims, indent=2, ensure_ascii=False) if claims else ""
    link = {"about": text, **further_of(further)} if found and not pasted and len(text) <= IN_URL else {}
    lists: dict[str, Any] = {"providers": providers, "issuers": issuers, "audiences": partner.audiences(visit)}
    return visit.page("simulator.html", claims=text, further=further, found=found, pasted=pasted, why=link, **lists)


def _explained(visit: Visit, claims: Mapping[str, Any], further: Mapping[str, str]) -> Mapping[str, Any]:
    return visit.api.ask("/explain", {"claims": claims, **further_of(further)}).members


def _example(
    visit: Visit, providers: Sequence[Mapping[str, Any]], issuers: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Of the provider; as a token of the Issuer, where one is named."""
    issuer = next((one for one in issuers if one["id"] == visit.asked("issuer")), None)
    name = str(issuer["provider"]) if issuer else visit.asked("provider")
    claims: Mapping[str, Any] = next((one["claims"] for one in providers if one["name"] == name), {})
    return {**claims, "iss": issuer["issuer"]} if issuer and issuer.get("issuer") and "iss" in claims else claims


def _issuers(visit: Visit) -> Sequence[Mapping[str, Any]]:
    page = visit.api.get("/issuers", {"limit": partner.LISTED}).members
    return [one["document"] for one in page["items"]]
