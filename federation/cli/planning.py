"""What a folder of documents would change: read, checked offline, then asked of the bridge."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from federation.cli.effects_view import effects_of
from federation.cli.failure import Failed
from federation.cli.listing import KINDS, every
from federation.cli.progress import Progress
from federation.cli.trust_folder import TrustFolder, read_folder
from federation.cli.trust_parts import Name, Part, planned_parts
from federation.client.admin import AdminApi, AdminRefused
from federation.client.http import LOOPBACK
from federation.documents.problem import InvalidDocuments, Problem

ATTEMPTS = 3
"""How often a plan in several parts begins anew because trust moved between them."""


class Plan(Struct, frozen=True):
    """What would change, as of a revision of trust."""

    folder: TrustFolder
    base: int
    changes: tuple[Mapping[str, Any], ...]
    """Without what stays as it is."""
    unchanged: int
    effects: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[Problem, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`days`, how many `identities` were seen in them, and how many at `most` are looked at."""
    prune: bool = False
    """Whether what the folder has not is to go."""

    @property
    def actions(self) -> dict[Name, str]:
        """(kind, id) -> create, update or delete."""
        return {(str(change["kind"]), str(change["id"])): str(change["action"]) for change in self.changes}


def plan_folder(api: AdminApi, path: Path, progress: Progress, *, prune: bool, days: int | None = None) -> Plan:
    """`days`: looked back for identities; None: as the bridge likes.

    Raises InvalidDocuments with what is wrong, offline or in the bridge's eyes; AdminRefused, Failed, OSError.
    """
    with progress.step("reading"):
        folder = read_folder(path, loopback=urlsplit(api.bridge).hostname in LOOPBACK)
    deletions = _unknown(api, folder, progress) if prune else ()
    for _ in range(ATTEMPTS):
        answers = _ask(api, planned_parts(folder, deletions), {} if days is None else {"days": days}, progress)
        if len({answer["base"] for answer in answers}) == 1:
            return replace(_merged(folder, answers), prune=prune)
    raise Failed("others write trust all the time", "wait a little, then plan again")


def reported(folder: TrustFolder, refused: AdminRefused) -> InvalidDocuments | AdminRefused:
    """A refusal that names places in documents, by file and line; any other as it is."""
    errors = refused.problem.get("errors")
    if not isinstance(errors, list) or not errors:
        return refused
    return InvalidDocuments([folder.problem(error) for error in errors])


def body_of(folder: TrustFolder, deletions: Sequence[Name]) -> dict[str, Any]:
    """A set of documents as the bridge takes it."""
    return {"documents": folder.documents, "deletions": [{"kind": kind, "id": id_} for kind, id_ in deletions]}


def _ask(api: AdminApi, parts: Sequence[Part], further: Mapping[str, Any], progress: Progress) -> list[dict[str, Any]]:
    answers = []
    for part in progress.through("planning", parts):
        try:
            answers.append(api.post("/plan", {**body_of(part.documents, part.deletions), **further}).members)
        except AdminRefused as refused:
            raise reported(part.documents, refused) from None
    return answers


def _merged(folder: TrustFolder, answers: Sequence[Mapping[str, Any]]) -> Plan:
    """What several parts say of the same document, they say alike."""
    changes = {(one["kind"], one["id"]): one for answer in answers for one in answer["changes"]}
    there = [one for one in changes.values() if one["action"] != "unchanged"]
    warnings = dict.fromkeys(_problem(folder, one, answers) for answer in answers for one in answer["warnings"])
    return Plan(
        folder,
        answers[0]["base"],
        tuple(there),
        len(changes) - len(there),
        tuple(effect for answer in answers for effect in effects_of(answer.get("effects"))),
        tuple(warnings) if len(answers) == 1 else folder.warnings,
        max((answer.get("seen", {}) for answer in answers), key=lambda seen: int(seen.get("identities", 0))),
    )


def _problem(folder: TrustFolder, warning: Mapping[str, Any], answers: Sequence[object]) -> Problem:
    """Pointers are into the part that was sent: with one part, into the folder."""
    return folder.problem(warning) if len(answers) == 1 else TrustFolder(()).problem(warning)


def _unknown(api: AdminApi, folder: TrustFolder, progress: Progress) -> tuple[Name, ...]:
    """What the bridge has and the folder has not."""
    known = set(folder.names)
    stored = (
        (kind, str(item["document"]["id"]))
        for kind, plural in progress.through("listing", list(KINDS.items()))
        for item in every(api, f"/{plural}")
    )
    return tuple(name for name in stored if name not in known)
