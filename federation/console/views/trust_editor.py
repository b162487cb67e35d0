"""The editor: YAML or a form, checked while one writes, with whom it touches beside it; applied by If-Match."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct
from starlette.responses import Response

from federation.client.admin import AdminApi, AdminRefused
from federation.console.draft import Checked, Draft, check, draft_of, places
from federation.console.form import Form, form_of
from federation.console.numbers import whole
from federation.console.page import Login, Page, Visit
from federation.console.trouble import Unclear
from federation.console.views.planned import planned
from federation.console.views.trust_names import KINDS, document_path, plural_of
from federation.documents.source import Problem
from federation.documents.yaml_text import as_yaml

_STALE = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT})
BEGUN: Final[Mapping[str, Mapping[str, Any]]] = {
    "Issuer": {"provider": "oidc", "issuer": "https://"},
    "Mapping": {"issuer": "", "match": {"sub": ""}, "principal": "", "grants": [{"audience": "", "scopes": [""]}]},
    "Audience": {"resource": "https://", "scopes": [""], "max_ttl": "5m"},
    "Client": {"auth": {"method": "private_key_jwt", "jwks_uri": "https://"}, "audiences": [""], "scopes": [""]},
    "Policy": {"cedar": 'forbid (principal, action, resource)\nunless { context.network.zone == "corp" };\n'},
    "Zone": {"cidrs": ["203.0.113.0/24"]},
}
"""What a new document begins with: places to fill in, nothing that holds."""


def pages() -> tuple[Page, ...]:
    """Of the tab Trust."""
    return (
        Page("GET", "/trust/new/{kind}", _new, Login.SESSION),
        Page("GET", "/trust/{kind}/{id}", _show, Login.SESSION),
        Page("POST", "/trust/editor", _turn, Login.SESSION),
        Page("POST", "/trust/check", _check, Login.SESSION, part=True),
        Page("POST", "/trust/effect", _effect, Login.SESSION, part=True),
        Page("POST", "/trust/write", _write, Login.SESSION),
        Page("GET", "/trust/{kind}/{id}/delete", _look_at_deletion, Login.SESSION),
        Page("POST", "/trust/{kind}/{id}/delete", _delete, Login.SESSION),
    )


class Edited(Struct, frozen=True):
    """The state of the editor."""

    kind: str
    """In the plural."""
    id: str = ""
    """Empty: it is a new document."""
    etag: str = ""
    """Of the version that is replaced; empty: there is none."""
    as_form: bool = False
    reason: str = ""

    @classmethod
    def sent(cls, visit: Visit) -> "Edited":
        """By a form of the editor."""
        form = visit.form
        id_, etag, reason = (form.get(name, "") for name in ("id", "etag", "reason"))
        return cls(plural_of(form.get("kind", "")), id_, etag, form.get("as") == "form", reason)

    @property
    def name(self) -> str:
        """Kind and id."""
        return f"{KINDS[self.kind]} {self.id}".strip()


def _form(api: AdminApi, kind: str) -> Form:
    return form_of(api.get("/openapi.json").members, KINDS[kind])


def _draft(visit: Visit, edited: Edited) -> Draft:
    return draft_of(visit, _form(visit.api, edited.kind) if edited.as_form else None)


def _editor(  # noqa: PLR0913 (what a page shows)
    visit: Visit,
    edited: Edited,
    draft: Draft,
    *,
    found: Mapping[str, Any] | None = None,
    checked: Checked | None = None,
    theirs: Mapping[str, Any] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """The page. `found`: what stands; `theirs`: what was written meanwhile."""
    fields: Sequence[Any] = ()
    if edited.as_form:
        document = draft.documents[0] if draft.documents else {}
        fields = _form(visit.api, edited.kind).fields(document if isinstance(document, dict) else {})
    shown = {"edited": edited, "draft": draft, "fields": fields, "found": found, "checked": checked, "theirs": theirs}
    return visit.page("trust_document.html", status=status, kinds=KINDS, done=visit.asked("done"), **shown)


def _new(visit: Visit) -> Response:
    kind = plural_of(visit.variables["kind"])
    begun = {"kind": KINDS[kind], "id": visit.asked("id"), **BEGUN.get(KINDS[kind], {})}
    return _editor(visit, Edited(kind, as_form=visit.asked("as") == "form"), Draft.of(as_yaml(begun)))


def _show(visit: Visit) -> Response:
    """`?version=N`: the text of that version, to be written on top of what stands."""
    path = document_path(visit)
    found = visit.api.get(path)
    _, kind, id_ = path.split("/")
    edited = Edited(kind, id_, found.etag, visit.asked("as") == "form")
    document = _version(visit, path) if visit.asked("version") else found.members["document"]
    return _editor(visit, edited, Draft.of(as_yaml(document)), found=found.members)


def _version(visit: Visit, path: str) -> Mapping[str, Any]:
    items = visit.api.get(f"/history{path}", {"limit": "200"}).members["items"]
    wanted = (one["document"] for one in items if str(one["version"]) == visit.asked("version") and one["document"])
    document = next(wanted, None)
    if document is None:
        raise Unclear("There is no such version, or it is too old for this page")
    return {name: value for name, value in document.items() if name != "confirmed"}


def _turn(visit: Visit) -> Response:
    """From YAML to the form or back, with what is written so far."""
    edited = Edited.sent(visit)
    draft = _draft(visit, edited)
    turned = Edited(edited.kind, edited.id, edited.etag, visit.form.get("to") == "form", edited.reason)
    if draft.problems:
        return _editor(visit, edited, draft, checked=Checked(draft.problems), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _editor(visit, turned, draft)


def _check(visit: Visit) -> Response:
    edited = Edited.sent(visit)
    return visit.page("trust_checked.html", checked=check(visit.api, _draft(visit, edited)), edited=edited)


def _effect(visit: Visit) -> Response:
    """Who gains and who loses; asked when it is good."""
    draft = _draft(visit, Edited.sent(visit))
    found = planned(visit, draft)
    return visit.page("trust_effect.html", planned=found) if found else Response()


def _write(visit: Visit) -> Response:
    edited = Edited.sent(visit)
    draft = _draft(visit, edited)
    if draft.problems:
        return _refused(visit, edited, draft, draft.problems)
    document = draft.only
    id_ = edited.id or str(document.get("id", ""))
    body = {**document, **({"reason": edited.reason} if edited.reason else {})}
    try:
        written = visit.api.put(f"/{edited.kind}/{id_}", body, edited.etag or None)
    except AdminRefused as refused:
        if refused.status in _STALE and refused.problem.get("code") in ("stale_version", "revision_moved"):
            return _conflict(visit, edited, draft, id_)
        return _refused(visit, edited, draft, places(draft, refused))
    done = "same" if written.etag == edited.etag else "written"
    return visit.go(f"/trust/{edited.kind}/{id_}", done=done)


def _refused(visit: Visit, edited: Edited, draft: Draft, problems: Sequence[Problem]) -> Response:
    return _editor(visit, edited, draft, checked=Checked(problems), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _conflict(visit: Visit, edited: Edited, draft: Draft, id_: str) -> Response:
    """Another admin wrote: what they did is shown, what was written here is kept, and nothing is written over theirs.

    What is sent next replaces their version, which the reader has then seen.
    """
    try:
        found = visit.api.get(f"/{edited.kind}/{id_}")
    except AdminRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        gone = Edited(edited.kind, "", "", edited.as_form, edited.reason)
        return _editor(visit, gone, draft, theirs={"deleted": True}, status=HTTPStatus.CONFLICT)
    versions = visit.api.get(f"/history/{edited.kind}/{id_}", {"limit": "50"}).members["items"]
    before = whole(edited.etag.strip('"')) or 0
    theirs = {"deleted": False, "versions": [one for one in versions if one["version"] > before]}
    now = Edited(edited.kind, id_, found.etag, edited.as_form, edited.reason)
    return _editor(visit, now, draft, found=found.members, theirs=theirs, status=HTTPStatus.CONFLICT)


def _look_at_deletion(visit: Visit) -> Response:
    path = document_path(visit)
    found = visit.api.get(path)
    document = found.members["document"]
    named = [{"kind": document["kind"], "id": document["id"]}]
    lost = visit.api.ask("/plan", {"documents": [], "deletions": named}).members
    return visit.page("trust_delete.html", found=found.members, etag=found.etag, path=path, planned=lost)


def _delete(visit: Visit) -> Response:
    path = document_path(visit)
    visit.api.delete(path, visit.form.get("etag", ""), visit.form.get("reason", ""))
    return visit.go(f"/trust{path}/history", done="deleted")
