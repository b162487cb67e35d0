"""What an admin is writing: a text of YAML or a form, as documents with the line of each value."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from federation.client.admin import AdminApi, AdminRefused
from federation.console.form import Form
from federation.console.page import Visit
from federation.console.trouble import Unclear
from federation.documents.source import Problem, SourceDocument, place_in
from federation.documents.yaml_source import YamlTree
from federation.documents.yaml_text import as_yaml
from federation.model.json import Json


class Draft(Struct, frozen=True):
    """One text, not written yet."""

    text: str
    sources: tuple[SourceDocument, ...]
    problems: tuple[Problem, ...] = ()
    """Why it cannot be read."""

    @classmethod
    def of(cls, text: str) -> "Draft":
        """Of YAML."""
        text = text.replace("\r\n", "\n")  # as forms send them
        tree = YamlTree("", text)
        sources = tuple(tree.documents())
        return cls(text, sources, tuple(tree.problems))

    @classmethod
    def of_form(cls, form: Form, fields: Mapping[str, str]) -> "Draft":
        """Of a form that was sent."""
        document, problems = form.read(fields)
        draft = cls.of(as_yaml(document))
        return replace(draft, problems=(*problems, *draft.problems))

    @property
    def documents(self) -> list[Json]:
        """As they are sent."""
        return [source.value for source in self.sources]

    @property
    def only(self) -> dict[str, Any]:
        """The document; raises Unclear unless there is one, and no other."""
        if len(self.documents) != 1 or not isinstance(self.documents[0], dict):
            raise Unclear("Write one document here")
        return dict(self.documents[0])

    def placed(self, error: Mapping[str, Any]) -> Problem:
        """What the bridge says about a place, at the line where that stands."""
        document, detail, hint = (str(error.get(name, "")) for name in ("document", "detail", "hint"))
        source, location = place_in(self.sources, str(error.get("pointer", "")))
        if source is None:
            return Problem("", 0, document, str(error.get("pointer", "")), detail, hint)
        return replace(source.problem(location, detail, hint), document=document or source.name)


class Checked(Struct, frozen=True):
    """What the bridge says of a draft."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    ends: Mapping[str, Any] | None = None

    @property
    def good(self) -> bool:
        """Whether it may be written."""
        return not self.problems


def check(api: AdminApi, draft: Draft) -> Checked:
    """Raises AdminRefused for a refusal that names no place, OSError."""
    if draft.problems:
        return Checked(draft.problems)
    if not draft.sources:
        return Checked([Problem("", 1, "", "", "there is no document here yet")])
    try:
        found = api.ask("/validate", {"documents": draft.documents}).members
    except AdminRefused as refused:
        return Checked(places(draft, refused))
    return Checked((), [draft.placed(one) for one in found["warnings"]], found["changes"], found["ends"])


def places(draft: Draft, refused: AdminRefused) -> list[Problem]:
    """Those that the refusal names; raises it again where it names none."""
    errors = refused.problem.get("errors")
    if not isinstance(errors, list) or not errors:
        raise refused
    return sorted(draft.placed(error) for error in errors)


def draft_of(visit: Visit, form: Form | None) -> Draft:
    """What was sent, by either face of the editor."""
    return Draft.of_form(form, visit.form) if form else Draft.of(visit.form.get("text", ""))
