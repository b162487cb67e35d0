"""What a draft would do to whom, and writing it exactly as that was told: the editor, Why? and a partner ask for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from federation.console.draft import Draft
from federation.console.numbers import whole
from federation.console.page import Visit
from federation.console.trouble import Unclear
from federation.console.views.trust_names import plural_of


def planned(visit: Visit, draft: Draft) -> Mapping[str, Any] | None:
    """Who gains and who loses, as the API says; None: the draft cannot be read, or says nothing."""
    if draft.problems or not draft.sources:
        return None
    return visit.api.ask("/plan", {"documents": draft.documents}).members


def apply(visit: Visit) -> tuple[Draft, Sequence[Mapping[str, Any]]]:
    """All of what was planned, at the revision `base` at which it was, or nothing; raises Unclear. What it changed."""
    form = visit.form
    draft, base = Draft.of(form.get("text", "")), whole(form.get("base", ""))
    if draft.problems or not draft.sources or base is None:
        raise Unclear("There is nothing here to apply")
    body = {"documents": draft.documents, "base": base, "reason": form.get("reason", "").strip()}
    return draft, linked(visit.api.post("/apply", body).members["changes"])


def linked(changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each with the `plural` that stands in its page's URL."""
    return [{**one, "plural": plural_of(one["kind"])} for one in changes]
