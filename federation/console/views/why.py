"""Why?: a request that was made, claims or a token, decided again; and the smallest edit that would change it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from federation.client.question import NOT_REACHED, NotProven, question_again, record_of, told
from federation.console.draft import Draft
from federation.console.page import Login, Page, View, Visit
from federation.console.pasted import looks_like_jwt
from federation.console.trouble import Unclear
from federation.console.views.planned import apply, linked, planned
from federation.console.views.question import FURTHER, IN_URL, further_of
from federation.documents.yaml_text import as_yaml

IN_FORM: Final = (*FURTHER, "approved", "actor")


def view() -> View:
    """The tab."""
    pages = (
        Page("GET", "/why", _ask, Login.SESSION),
        Page("POST", "/why", _sent, Login.SESSION),
        Page("POST", "/why/edit", _edit, Login.SESSION, part=True),
        Page("POST", "/why/apply", _apply, Login.SESSION),
    )
    return View("Why?", "/why", "w", pages, summary="why a request was refused, and what would let it through")


def _ask(visit: Visit) -> Response:
    """`?about=` a correlation id or claims, and what else is known of the request."""
    about = visit.asked("about")
    if looks_like_jwt(about):
        raise Unclear("A token stands in no URL: paste it into the page")
    return _answered(visit, about, visit.query) if about or visit.asked("client") else _page(visit, "", visit.query)


def _sent(visit: Visit) -> Response:
    """A token is answered at once; all else becomes a URL that can be kept and sent on."""
    form = {name: text.strip() for name, text in visit.form.items()}
    about = form.pop("about", "")
    if looks_like_jwt(about) or looks_like_jwt(form.get("actor", "")) or len(about) > IN_URL:
        return _answered(visit, about, form)
    return visit.go("/why", about=about, **{name: text for name, text in form.items() if text and name in IN_FORM})


def _answered(visit: Visit, about: str, further: Mapping[str, str]) -> Response:
    record: Mapping[str, Any] | None = None
    try:
        if about and not about.startswith("{") and not looks_like_jwt(about):
            record = record_of(visit.api, about)
            if record is None:
                return _page(visit, about, further, unknown=True, status=HTTPStatus.NOT_FOUND)
            question = question_again(record)
        else:
            question = _identity(about)
    except NotProven as error:
        return _page(visit, about, further, record=record, unproven=str(error))
    asked = {**question, **_further(further)}
    return _page(
        visit, about, {**further_of(question), **further}, record=record, found=visit.api.ask("/explain", asked).members
    )


def _page(  # noqa: PLR0913 (what a page shows)
    visit: Visit,
    about: str,
    further: Mapping[str, str],
    *,
    record: Mapping[str, Any] | None = None,
    found: Mapping[str, Any] | None = None,
    unknown: bool = False,
    unproven: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    suggestions = [_shown(one["edits"]) for one in found["suggestions"]] if found else []
    shown = {
        "about": "" if looks_like_jwt(about) else about,
        "further": further,
        "record": record,
        "told": told(record) if record else "",
        "found": found,
        "suggestions": suggestions,
        "unknown": unknown,
        "unproven": unproven,
        "not_reached": NOT_REACHED,
        "again": "" if looks_like_jwt(about) else visit.url(done=None) if visit.method == "GET" else "",
    }
    return visit.page("why.html", status=status, done=visit.asked("done"), **shown)


def _shown(edits: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Edits that together would do, and the documents that they leave."""
    documents = [edit["document_after"] for edit in edits if edit["document_after"]]
    return {"edits": edits, "text": "---\n".join(as_yaml(one) for one in documents)}


def _edit(visit: Visit) -> Response:
    """Whom an edit touches, and the way to apply it as it was planned."""
    form = visit.form
    draft = Draft.of(form.get("text", ""))
    found = planned(visit, draft)
    if found is None:
        return Response()
    changes = linked(found["changes"])
    return visit.page("why_edit.html", planned=found, text=draft.text, again=form.get("again", ""), changes=changes)


def _apply(visit: Visit) -> Response:
    """The edit, and back to the question."""
    _, changes = apply(visit)
    again = visit.form.get("again", "")
    return (
        visit.go(f"{again}&done=applied")
        if again.startswith("/why")
        else visit.page("why_applied.html", changes=changes)
    )


def _identity(text: str) -> dict[str, Any]:
    """A token, or claims; raises Unclear."""
    if not text:
        return {}
    if looks_like_jwt(text):
        return {"token": text}
    try:
        claims = json.loads(text)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise Unclear("These are no claims: write one JSON object, as the middle part of a JWT has it")
    return {"claims": claims}


def _further(given: Mapping[str, str]) -> dict[str, Any]:
    actor = {"actor": _identity(given["actor"].strip())} if given.get("actor", "").strip() else {}
    return {**further_of(given), **actor, **({"approved": True} if given.get("approved") else {})}
