"""A form made from the schema of a kind, as the bridge's openapi.json has it: no rule of it is ours."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from federation.console.numbers import whole
from federation.documents.source import Problem
from federation.documents.yaml_source import YamlTree
from federation.documents.yaml_text import as_yaml

REFERENCES: Final = "#/components/schemas/"
LEFT_OUT: Final = frozenset({"kind", "reason"})
"""Members that are not written in the form."""
MOST_PARTS: Final = 100
LONG: Final = 4096
"""Characters of a list's items that have lines themselves, as PEM has."""


class Field(Struct, frozen=True):
    """One member of a document, and what it says now."""

    pointer: str
    """Where it stands, and the name of its field."""
    label: str
    shape: str
    """text, block (of several lines), number, choice, flag, lines, yaml, part or parts."""
    description: str = ""
    required: bool = False
    value: Any = None
    choices: Sequence[str] = ()
    default: str = ""
    fields: Sequence["Field"] = ()
    """Of a part."""
    parts: Sequence["Field"] = ()
    """Those that are there, and an empty one to write another."""

    @property
    def is_said(self) -> bool:
        """Whether the document says what it would mean without: then it goes on saying it."""
        return self.value == [] or (self.shape == "flag" and self.value is (self.default == "true"))

    @property
    def is_used(self) -> bool:
        """Whether it says anything, itself or within."""
        return self.value not in (None, "", [], {}) or any(one.is_used for one in (*self.fields, *self.parts))


class Form(Struct, frozen=True):
    """Of one kind of document."""

    kind: str
    schemas: Mapping[str, Any]
    """By their names."""

    def fields(self, document: Mapping[str, Any]) -> list[Field]:
        """Filled in; what must be written comes first."""
        return sorted(self._members(f"{self.kind}Document", document, ""), key=lambda one: not one.required)

    def read(self, sent: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
        """The document that the fields say, and what in them cannot be read."""
        reading = _Reading(sent)
        known = {name: value for field in self._sent(sent) for name, value in reading.member(field)}
        return {"kind": self.kind, **known}, reading.problems

    def _sent(self, sent: Mapping[str, str]) -> list[Field]:
        """Fields as many as were sent: of each list of parts, as many as there were."""
        return list(self._members(f"{self.kind}Document", {}, "", sent))

    def _members(
        self,
        name: str,
        value: Any,  # noqa: ANN401 (JSON)
        at: str,
        sent: Mapping[str, str] | None = None,
    ) -> Iterator[Field]:
        schema = self.schemas.get(name, {})
        required = schema.get("required", ())
        given = value if isinstance(value, Mapping) else {}
        for member, described in schema.get("properties", {}).items():
            if at == "" and member in LEFT_OUT:
                continue
            field = self._field(f"{at}/{member}", described, given.get(member), sent)
            yield replace(field, label=member, required=member in required)

    def _field(self, at: str, described: Mapping[str, Any], value: Any, sent: Mapping[str, str] | None) -> Field:  # noqa: ANN401 (JSON)
        told = str(described.get("description", ""))
        reference = str(described.get("$ref", ""))
        if reference.startswith(REFERENCES):
            within = self._members(reference.removeprefix(REFERENCES), value, at, sent)
            return Field(at, "", "part", told, fields=tuple(within))
        items = described.get("items", {})
        if str(items.get("$ref", "")).startswith(REFERENCES):
            return Field(at, "", "parts", told, parts=tuple(self._parts(at, items["$ref"], value, sent)))
        shape, choices = _shape(described, value)
        default = described.get("default")
        return Field(
            at, "", shape, told, value=value, choices=choices, default="" if default is None else _told(default)
        )

    def _parts(self, at: str, reference: str, value: Any, sent: Mapping[str, str] | None) -> Iterator[Field]:  # noqa: ANN401 (JSON)
        there = value if isinstance(value, list) else []
        count = len(there) + 1 if sent is None else whole(sent.get(f"{at}/", "")) or 0
        for number in range(min(count, MOST_PARTS)):
            one = there[number] if number < len(there) else None
            within = self._members(reference.removeprefix(REFERENCES), one, f"{at}/{number}", sent)
            yield Field(f"{at}/{number}", str(number), "part", fields=tuple(within))


def form_of(openapi: Mapping[str, Any], kind: str) -> Form:
    """Of what GET /admin/v1/openapi.json says."""
    return Form(kind, openapi["components"]["schemas"])


def _shape(described: Mapping[str, Any], value: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 (JSON)
    kind, items = described.get("type"), described.get("items", {})
    if described.get("enum"):
        return "choice", tuple(map(str, described["enum"]))
    if kind == "string":
        return "block" if _has_lines(value) else "text", ()
    if kind == "array" and items.get("type") == "string" and items.get("maxLength", 0) <= LONG:
        return "lines", ()
    return {"boolean": "flag", "integer": "number"}.get(str(kind), "yaml"), ()


def _has_lines(value: Any) -> bool:  # noqa: ANN401 (JSON)
    return isinstance(value, str) and "\n" in value


def _told(value: Any) -> str:  # noqa: ANN401 (JSON)
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Reading:
    """Values of fields; what is empty is left out."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self.problems: list[Problem] = []

    def member(self, field: Field) -> Iterator[tuple[str, Any]]:
        value = self._value(field)
        if value is not None:
            yield field.label, value

    def _value(self, field: Field) -> Any:  # noqa: ANN401 (JSON)
        text, said = self._sent.get(field.pointer, "").replace("\r\n", "\n"), f"{field.pointer}?" in self._sent
        match field.shape:
            case "part":
                return dict(pair for one in field.fields for pair in self.member(one)) or None
            case "parts":
                return [value for one in field.parts if (value := self._value(one)) is not None] or None
            case "flag":
                checked = field.pointer in self._sent
                return checked if said or checked != (field.default == "true") else None
            case "yaml":
                return self._yaml(field, text)
            case _:
                value = _scalar(field.shape, text)
                return [] if said and value is None else value

    def _yaml(self, field: Field, text: str) -> Any:  # noqa: ANN401 (JSON)
        tree = YamlTree("", text)
        values = [document.value for document in tree.documents()] if text.strip() else []
        self.problems += [replace(one, line=0, pointer=field.pointer) for one in tree.problems]
        return values[0] if values else None


def _scalar(shape: str, text: str) -> Any:  # noqa: ANN401 (JSON)
    if shape == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()] or None
    alone = text.strip()
    if shape == "number" and (number := whole(alone)) is not None:
        return number
    return (text if "\n" in alone else alone) or None


def shown_value(field: Field) -> str:
    """What stands in the field."""
    if field.value is None:
        return ""
    if field.shape == "lines":
        return "\n".join(map(str, field.value)) if isinstance(field.value, list) else str(field.value)
    return as_yaml(field.value) if field.shape == "yaml" else _told(field.value)
