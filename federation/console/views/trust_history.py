"""Every version of a document, each with its difference; and its return."""

from http import HTTPStatus

from starlette.responses import Response

from federation.client.admin import AdminApi, AdminRefused
from federation.console.page import Login, Page, Visit
from federation.console.views.trust_names import KINDS, document_path, version_of

ROWS = "20"


def pages() -> tuple[Page, ...]:
    """Of the tab Trust."""
    return (
        Page("GET", "/trust/{kind}/{id}/history", _history, Login.SESSION),
        Page("POST", "/trust/{kind}/{id}/restore", _restore, Login.SESSION),
    )


def _history(visit: Visit) -> Response:
    path = document_path(visit)
    query = {"limit": ROWS, **({"cursor": visit.asked("cursor")} if visit.asked("cursor") else {})}
    found = visit.api.get(f"/history{path}", query).members
    _, kind, id_ = path.split("/")
    return visit.page(
        "trust_history.html",
        kind=kind,
        name=f"{KINDS[kind]} {id_}",
        path=path,
        items=found["items"],
        following=found["next"],
        etag=_etag(visit.api, path),
        done=visit.asked("done"),
    )


def _restore(visit: Visit) -> Response:
    """On top of the version that the reader has seen."""
    path, form = document_path(visit), visit.form
    version, etag = version_of(form), form.get("etag", "")
    body = {"version": version, "reason": form.get("reason", "")}
    visit.api.post(f"/history{path}/restore", body, etag=etag or None, new=not etag)
    return visit.go(f"/trust{path}", done="restored")


def _etag(api: AdminApi, path: str) -> str:
    """Of what stands; empty: it is deleted."""
    try:
        return api.get(path).etag
    except AdminRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return ""
        raise
