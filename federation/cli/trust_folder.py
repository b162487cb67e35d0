"""Trust documents of a folder as they are sent: in parts that the bridge takes, none before what it names."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.source import InvalidDocuments, Problem, SourceDocument, place_in
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.model.json import Json


class TrustFolder(Struct, frozen=True, dict=True):
    """Documents that are good by themselves and together."""

    sources: tuple[SourceDocument, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def documents(self) -> list[Json]:
        """As they were written."""
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
        source, location = place_in(self.sources, str(error.get("pointer", "")))
        if source is None:
            return Problem("the bridge", 0, document, str(error.get("pointer", "")), detail, hint)
        return replace(source.problem(location, detail, hint), document=document or source.name)


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


MAX_BYTES = 3 * 1024 * 1024
"""Of a request: below the 4 MiB that the bridge takes."""
MAX_WRITES = 250
"""Of a request: as many as are written before a gateway gives up waiting."""

Name = tuple[str, str]
"""(kind, id)"""


class Part(Struct, frozen=True):
    """What goes into one request."""

    documents: TrustFolder
    deletions: tuple[Name, ...] = ()


def planned_parts(folder: TrustFolder, deletions: Sequence[Name], max_bytes: int = MAX_BYTES) -> list[Part]:
    """To plan with: every part has the issuers and audiences that its mappings name, so that it stands by itself."""
    if _size(folder.documents) <= max_bytes:
        return [Part(folder, tuple(deletions))]
    named, mappings = _split(folder)
    around = _size(folder.some(named).documents)
    if not mappings or around > max_bytes // 2:
        # Too much to come along: the bridge must have it already, and says so if it has not.
        chunks = [*_chunks(folder, named, max_bytes), *_chunks(folder, mappings, max_bytes)]
    else:
        chunks = [[*named, *chunk] for chunk in _chunks(folder, mappings, max_bytes - around)]
    return [Part(folder.some(chunk), () if number else tuple(deletions)) for number, chunk in enumerate(chunks)]


def written_parts(
    folder: TrustFolder,
    actions: Mapping[Name, str],
    *,
    max_bytes: int = MAX_BYTES,
    max_writes: int = MAX_WRITES,
) -> list[Part]:
    """To apply: all at once where that is possible, else what changes, in an order in which nothing is missing.

    `actions`: what is to become of a document, by its name; what is unchanged may be left out.
    """
    deletions = tuple(name for name, action in actions.items() if action == "delete")
    changed = [number for number, name in enumerate(folder.names) if actions.get(name) in ("create", "update")]
    if _size(folder.documents) <= max_bytes and len(changed) + len(deletions) <= max_writes:
        return [Part(folder, deletions)]
    named, mappings = ([one for one in some if one in set(changed)] for some in _split(folder))
    gone = [name for name in deletions if name[0] == "Mapping"]
    parts = [Part(folder.some([]), tuple(gone[at : at + max_writes])) for at in range(0, len(gone), max_writes)]
    for some in (named, mappings):
        parts += [Part(folder.some(chunk)) for chunk in _chunks(folder, some, max_bytes, max_writes)]
    rest = tuple(name for name in deletions if name[0] != "Mapping")
    return [*parts, *([Part(folder.some([]), rest)] if rest else [])]


def _split(folder: TrustFolder) -> tuple[list[int], list[int]]:
    """What mappings name, and the mappings."""
    mappings = [number for number, (kind, _) in enumerate(folder.names) if kind == "Mapping"]
    others = [number for number, (kind, _) in enumerate(folder.names) if kind != "Mapping"]
    return others, mappings


def _chunks(
    folder: TrustFolder, numbers: Sequence[int], max_bytes: int, max_count: int = sys.maxsize
) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for number in numbers:
        more = _size([folder.sources[number].value])
        if chunk and (size + more > max_bytes or len(chunk) >= max_count):
            yield chunk
            chunk, size = [], 0
        chunk.append(number)
        size += more
    if chunk:
        yield chunk


def _size(documents: Sequence[object]) -> int:
    """Bytes as they are sent; a little more, never less."""
    return sum(len(json.dumps(document)) + 2 for document in documents)
