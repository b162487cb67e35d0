"""What a folder of documents would change and mean: read, checked offline, asked of the bridge, kept to be applied."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from federation.cli.console import Progress, printable
from federation.cli.failure import Failed
from federation.cli.session import KINDS, every
from federation.cli.trust_folder import Name, Part, TrustFolder, planned_parts, read_folder
from federation.client.admin import AdminApi, AdminRefused
from federation.client.credential import write_private
from federation.client.http import LOOPBACK
from federation.documents.source import InvalidDocuments, Problem

AT_ONCE = 100
"""Lines."""

_LISTS = ("gained", "lost", "changed", "examples")


def effects_of(answered: object) -> list[dict[str, Any]]:
    """Every effect by itself, whether the bridge tells them in one list or in several by their kind."""
    if isinstance(answered, Mapping):
        return [dict(one) for name in _LISTS for one in answered.get(name, ())]
    if isinstance(answered, Sequence) and not isinstance(answered, str):
        grouped = [one for one in answered if isinstance(one, Mapping)]
        return [single for one in grouped for single in (effects_of(one) if _is_group(one) else [dict(one)])]
    return []


def print_effects(console: Console, effects: Sequence[Mapping[str, Any]]) -> None:
    """A line each, what is gained first."""
    if not effects:
        console.print(Text("what it means: no identity in the rules or seen lately gains or loses anything", "bold"))
        return
    console.print(Text("what it means", "bold"))
    lines = [Text(f"  {sign} {printable(text)}", style) for sign, style, text in map(_line, effects)]
    for start in range(0, len(lines), AT_ONCE):
        print_lines(console, lines[start : start + AT_ONCE])


def print_lines(console: Console, lines: Sequence[Text]) -> None:
    """All in one call: a call costs more than a line, and there may be tens of thousands."""
    if lines:
        console.print(Text("\n").join(lines), soft_wrap=True)


def _is_group(one: Mapping[str, Any]) -> bool:
    return any(isinstance(one.get(name), list) for name in _LISTS)


def _line(effect: Mapping[str, Any]) -> tuple[str, str, str]:
    if "policy" in effect:
        return "!", "yellow", _example(effect)
    who, what = effect.get("principal"), f"{effect.get('audience')}: {' '.join(effect.get('scopes', ()))}"
    before, after = effect.get("before"), effect.get("after")
    if before is None:
        return "+", "green", f"{who} gains {what}{_terms(after)}{_seen(effect)}"
    if after is None:
        return "-", "red", f"{who} loses {what}{_seen(effect)}"
    return "~", "yellow", f"{who} keeps {what}{_terms(before)} ->{_terms(after)}{_seen(effect)}"


def _example(effect: Mapping[str, Any]) -> str:
    words = {True: "allowed", False: "refused"}
    who = f"{effect.get('principal')} at {effect.get('audience')}"
    then, now = (words[bool(effect.get(f"allowed_{when}"))] for when in ("before", "after"))
    return f"example {effect.get('number')} of Policy {effect['policy']}: {who} was {then}, is {now}"


def _terms(terms: object) -> str:
    if not isinstance(terms, Mapping):
        return ""
    return f" ({', '.join(_words(terms))})"


def _words(terms: Mapping[str, Any]) -> Iterator[str]:
    yield f"for {terms.get('lifetime')} s"
    yield from (f"needs {need}" for need in terms.get("needs", ()))


def _seen(effect: Mapping[str, Any]) -> str:
    """Whether the audit trail knows such an identity, or the documents alone say so."""
    count = effect.get("observed")
    if not count:
        return " [nobody seen]" if count == 0 else ""
    return f" [{count} {'identity' if count == 1 else 'identities'} seen]"


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
    hurried: tuple[Mapping[str, Any], ...] = ()
    """Who exchanges much faster than the tokens of these documents end."""
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
        _hurried(answers),
    )


def _hurried(answers: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Each once, by the documents of whichever part."""
    told = (one for answer in answers for one in answer.get("hurried", ()))
    return tuple({json.dumps(one, sort_keys=True): one for one in told}.values())


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


FORMAT = 1


class SavedPlan(Struct, frozen=True):
    """What a plan comes down to."""

    format: int
    bridge: str
    base: int
    digest: str
    """Of the documents."""
    changes: Mapping[str, tuple[str, int]]
    """`kind id` -> action, and the version afterwards."""
    prune: bool = False

    @classmethod
    def of(cls, plan: Plan, bridge: str) -> "SavedPlan":
        """What is to be kept of it."""
        changes = {
            f"{change['kind']} {change['id']}": (str(change["action"]), int(change["version"]))
            for change in plan.changes
        }
        return cls(FORMAT, bridge, plan.base, plan.folder.digest, changes, plan.prune)

    @classmethod
    def read(cls, file: Path) -> "SavedPlan":
        """Raises Failed, OSError."""
        try:
            kept = json.loads(file.read_text("utf-8"))
            changes = {str(name): (str(action), int(version)) for name, (action, version) in kept["changes"].items()}
            known = str(kept["bridge"]), int(kept["base"]), str(kept["digest"])
            saved = cls(kept["format"], *known, changes, kept["prune"] is True)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Failed(f"{file} is no plan", "make one: fedbridge plan DIR --out FILE") from None
        if saved.format != FORMAT:
            raise Failed(f"{file} is a plan of another version of fedbridge", "plan again")
        return saved

    def write(self, file: Path) -> None:
        """As a whole or not at all; raises OSError."""
        write_private(file, json.dumps(to_builtins(self), indent=1))

    def check(self, now: Plan, bridge: str) -> int:
        """How many of the changes have been made already; raises Failed unless `now` is what is left of this plan.

        Every write moves trust by one. So if trust has moved by exactly what is done of the plan, no other admin wrote:
        an apply was interrupted, and may go on.
        """
        if self.bridge != bridge:
            raise Failed(f"this plan is for {self.bridge}", f"plan for {bridge}, or name that one with --url")
        if self.digest != now.folder.digest:
            raise Failed("the folder is not what was planned", "plan again: fedbridge plan DIR --out FILE")
        left = SavedPlan.of(now, bridge)
        done = len(self.changes) - len(left.changes)
        as_planned = left.changes.items() <= self.changes.items()
        if not as_planned or left.base - self.base != done:
            raise Failed("trust was changed since this was planned", "plan again: fedbridge plan DIR --out FILE")
        return done
