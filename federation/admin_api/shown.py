"""Documents, versions and plans as the admin API shows them."""

from collections.abc import Sequence
from typing import Any

from federation.admin.in_use import Users
from federation.admin_api.diff import diff
from federation.admin_api.operation import etag_of
from federation.admin_api.refusals import problem_members
from federation.documents.document_set import Planned
from federation.documents.source import Problem
from federation.model.confirmation import as_written, is_pending
from federation.model.documents import StoredDocument
from federation.model.history import Change, PastVersion


def show_document(
    stored: StoredDocument, warnings: Sequence[Problem] = (), ended: Users | None = None
) -> dict[str, Any]:
    """What an admin wrote, and what is known about it. `ended`: who rested on it, where a write has disabled it."""
    return {
        "document": as_written(stored.body),
        "version": stored.version,
        "etag": etag_of(stored.version),
        "pending": is_pending(stored.body),
        "updated": None if stored.change is None else show_change(stored.change),
        "warnings": show_problems(warnings),
        "ends": show_users(ended),
    }


def show_users(users: Users | None) -> dict[str, Any] | None:
    """Documents that name another; None: there are none."""
    if not users:
        return None
    named = [{"kind": ref.kind.value, "id": ref.id} for ref in users.seen]
    return {"documents": named, "hidden": users.hidden, "more": users.more}


def show_change(change: Change) -> dict[str, Any]:
    """Who, when and why."""
    return {
        "who": change.who,
        "tenant": change.tenant,
        "actors": list(change.actors),
        "when": change.when,
        "why": change.why,
        "request": change.request,
    }


def show_version(past: PastVersion, before: PastVersion | None) -> dict[str, Any]:
    """A version, confirmation included, beside its predecessor."""
    return {
        "version": past.version,
        "deleted": past.body is None,
        "document": past.body,
        "changed": show_change(past.change),
        "diff": diff(before.body if before else None, past.body),
    }


def show_planned(planned: Planned) -> dict[str, Any]:
    """What becomes of a document."""
    stored = planned.state.document
    before = None if stored is None else as_written(stored.body)
    return {
        "kind": planned.ref.kind.value,
        "id": planned.ref.id,
        "action": planned.action,
        "version": planned.version,
        "pending": planned.pending,
        "diff": diff(before, planned.body) if planned.action != "unchanged" else [],
    }


def show_problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Warnings, or what is to be mended."""
    return [problem_members(problem) for problem in problems]
