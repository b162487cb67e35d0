"""Trust documents of a folder, as they are sent: each with the place where somebody wrote it."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.problem import InvalidDocuments, Problem
from federation.documents.source import Location, SourceDocument
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.model.json import Json


class TrustFolder(Struct, frozen=True, dict=True):
    """Documents that are good by themselves and together."""

    sources: tuple[SourceDocument, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def documents(self) -> list[Json]:
        """As somebody wrote them."""
        return [source.value for source in self.sources]

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """(kind, id) of each."""
        return tuple(_name(source) for source in self.sources)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over what the documents say, however they are spread over files."""
        texts = sorted(json.dumps(document, sort_keys=True, separators=(",", ":")) for document in self.documents)
        return sha256("\n".join(texts).encode()).hexdigest()

    def some(self, wanted: Sequence[int]) -> "TrustFolder":
        """Only those documents."""
        return TrustFolder(tuple(self.sources[number] for number in wanted))

    def problem(self, error: Mapping[str, Any]) -> Problem:
        """What the bridge says about `/documents/3/grants/0`, at the line where that stands."""
        document, detail, hint = (str(error.get(name, "")) for name in ("document", "detail", "hint"))
        source, location = self._place(str(error.get("pointer", "")))
        if source is None:
            return Problem("the bridge", 0, document, str(error.get("pointer", "")), detail, hint)
        return replace(source.problem(location, detail, hint), document=document or source.name)

    def _place(self, pointer: str) -> tuple[SourceDocument | None, Location]:
        _, collection, number, *rest = [*(_plain(part) for part in pointer.split("/")), "", ""]
        if collection != "documents" or not number.isdecimal() or int(number) >= len(self.sources):
            return None, ()
        return self.sources[int(number)], tuple(int(part) if part.isdecimal() else part for part in rest if part)


def read_folder(path: Path, *, loopback: bool) -> TrustFolder:
    """The documents in a folder or file; raises InvalidDocuments with everything that is wrong, OSError."""
    sources = read_sources(path)
    validated = validate(sources.documents, loopback=loopback, unreadable=sources.problems)
    if not sources.documents:
        raise InvalidDocuments(sources.problems)
    return TrustFolder(sources.documents, validated.warnings)


def _name(source: SourceDocument) -> tuple[str, str]:
    value = source.value if isinstance(source.value, dict) else {}
    return str(value.get("kind")), str(value.get("id"))


def _plain(part: str) -> str:
    """RFC 6901 section 4."""
    return part.replace("~1", "/").replace("~0", "~")
