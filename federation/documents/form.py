"""One document against the schema of its kind, with errors in the words of the person who wrote it."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from msgspec.structs import replace
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from federation.documents.hints import hint_for, hint_for_key
from federation.documents.registry import KIND_NAMES, REGISTRY
from federation.documents.schema.document import WORDS, TrustDocument
from federation.documents.schema.policy import WrongText
from federation.documents.source import MAX_DEPTH, InvalidDocuments, Location, Problem, SourceDocument
from federation.model.json import Json
from federation.model.nearest import did_you_mean
from federation.model.trust import Kind
from federation.verification.provider import Preset
from federation.verification.providers import provider_named, provider_names

_UNWRITABLE = "half of a character: a lone surrogate, which no text can hold"
_AS_TEXT = "write the whole character, or leave it out"


def completed(source: SourceDocument) -> SourceDocument:
    """The document with its provider's preset for each key that it lacks; any other document as it is."""
    if not isinstance(source.value, dict) or source.value.get("kind") != Kind.ISSUER:
        return source
    provider = source.value.get("provider")
    if provider not in provider_names():
        return source
    return replace(source, value={**preset_members(provider_named(str(provider)).preset), **source.value})


def preset_members(preset: Preset) -> dict[str, Json]:
    """The keys that may be left out, with what stands there then."""
    members: dict[str, Json] = {
        "issuer": preset.issuer,
        "audiences": list(preset.audiences) or None,
        "algorithms": list(preset.algorithms) or None,
        "max_token_age": preset.max_token_age,
        "max_auth_age": preset.max_auth_age,
        "single_use": preset.single_use or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def parse_document(source: SourceDocument, *, loopback: bool) -> TrustDocument:
    """The document, if it has the form of its kind; raises InvalidDocuments."""
    schema = _schema(source)
    if _is_deeper(source.value, MAX_DEPTH):
        raise InvalidDocuments([source.problem((), f"nested deeper than {MAX_DEPTH}")])
    problems = {place: source.problem(place, "has no value", "leave the key out") for place in _nulls(source.value)}
    problems |= {place: source.problem(place, _UNWRITABLE, _AS_TEXT) for place in _unwritable(source.value)}
    try:
        document = schema.model_validate(source.value, context={"loopback": loopback})
    except ValidationError as error:
        wrong = {detail["loc"]: problem_of(source, schema, detail) for detail in error.errors()}
        raise InvalidDocuments(list({**wrong, **problems}.values())) from None
    if problems:
        raise InvalidDocuments(list(problems.values()))
    return document


def _schema(source: SourceDocument) -> type[TrustDocument]:
    if not isinstance(source.value, dict):
        raise InvalidDocuments([source.problem((), "a document is a mapping of keys to values, with a kind and an id")])
    kind = source.value.get("kind")
    for known, row in REGISTRY.items():
        if kind == known:
            return row.schema
    message, hint = _unknown_kind(kind)
    raise InvalidDocuments([source.problem(("kind",), message, hint)])


def _unknown_kind(kind: Json) -> tuple[str, str]:
    if not isinstance(kind, str) or not kind:
        return "kind is missing or no text", f"known here: {', '.join(KIND_NAMES)}"
    if kind in set(Kind) - REGISTRY.keys():
        return f"kind {kind} is written by the bridge itself, never by hand", ""
    return f"unknown kind {kind}", _nearest(kind, KIND_NAMES)


def _is_deeper(value: Json, most: int) -> bool:
    """Asked before anything that follows the nesting: however deep it is, this goes no deeper than `most`."""
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_is_deeper(child, most - 1) for child in children)


def _unwritable(value: Json, location: Location = ()) -> Iterator[Location]:
    """Where a key or a text is that UTF-8 cannot hold, and so no log, table or answer."""
    if isinstance(value, str) and not _is_text(value):
        yield location
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if isinstance(key, str) and not _is_text(key):
            yield (*location, key)
        yield from _unwritable(child, (*location, key))


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _nulls(value: Json, location: Location = ()) -> Iterator[Location]:
    if value is None:
        yield location
    if location == ("examples",):
        return  # a policy's example may say that there is no tenant or zone
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _nulls(child, (*location, key))


def problem_of(source: SourceDocument, schema: type[BaseModel], error: ErrorDetails) -> Problem:
    """What the schema finds wrong, in the words of the person who wrote it."""
    # A bad key of a free mapping is reported at `[key]` behind it.
    location = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        known = _keys_at(schema, location[:-1])
        hint = hint_for_key(_kind(source), location, known) or _nearest(str(location[-1]), known)
        return source.problem(location, f"unknown key {location[-1]}", hint)
    if error["type"] == "missing":
        return source.problem(location, f"{location[-1]} is missing")
    misplaced = error.get("ctx", {}).get("error")
    if isinstance(misplaced, WrongText):
        line, column = source.in_file(location, misplaced.line, misplaced.column)
        message = f"line {line}, column {column}: {misplaced.message}"
        return source.problem_in_text(location, misplaced.line, message)
    message = _message(error)
    return source.problem(location, message, hint_for(_kind(source), location, message, error["input"]) or _hint(error))


def _kind(source: SourceDocument) -> Json:
    return source.value.get("kind") if isinstance(source.value, dict) else None


def _message(error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] in WORDS:
        return f"should be {WORDS[error['ctx']['pattern']]}"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message.replace("should be a valid string", "should be text").replace("valid ", "")
    return message.replace("a integer", "an integer")


def _hint(error: ErrorDetails) -> str:
    if error["type"] == "string_type" and isinstance(error["input"], bool | int):
        return "quote it"
    return "write true or false" if error["type"] == "bool_type" else ""


def _nearest(written: str, known: Sequence[str]) -> str:
    """The key or kind that was probably meant."""
    return did_you_mean(written, known) or f"known here: {', '.join(known)}"


def _keys_at(schema: type[BaseModel], location: Location) -> list[str]:
    """The keys that the schema knows at the location."""
    for part in location:
        if isinstance(part, str) and part in schema.model_fields:
            schema = next(_models(schema.model_fields[part].annotation), schema)
    return list(schema.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 (an annotation is anything)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
