"""Trust documents from files: `*.yaml`, `*.yml` and `*.json` below a folder, or one file."""

import json
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from federation.documents.source import Problem, SourceDocument
from federation.documents.yaml_tree import YamlTree

SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 1024 * 1024


class Sources(Struct, frozen=True):
    """What could be read, and what could not."""

    documents: tuple[SourceDocument, ...]
    problems: tuple[Problem, ...]


class _Unreadable(Exception):
    """The file as a whole; carries the line, or 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def read_sources(path: Path) -> Sources:
    """Every document at `path`, files in the order of their names. Hidden files and folders are left alone."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if _is_source(file, path))
    read = [_read(file) for file in files]
    documents = tuple(document for sources in read for document in sources.documents)
    problems = tuple(problem for sources in read for problem in sources.problems)
    if not documents and not problems:
        problems = (Problem(str(path), 0, "", "", "no trust documents here", f"files end in {', '.join(SUFFIXES)}"),)
    return Sources(documents, problems)


def _is_source(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.suffix.lower() in SUFFIXES and not file.is_dir() and not hidden


def _read(file: Path) -> Sources:
    try:
        text = _text(file)
    except _Unreadable as error:
        return Sources((), (Problem(str(file), error.line, "", "", str(error)),))
    tree = YamlTree(str(file), text)
    documents = tuple(tree.documents())
    return Sources(documents, tuple(tree.problems))


def _text(file: Path) -> str:
    if not file.is_file():  # left out in silence, its documents would be taken for deleted
        raise _Unreadable("not a file, or a link to nothing")
    if file.stat().st_size > MAX_BYTES:
        raise _Unreadable("larger than 1 MiB")
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unreadable("not UTF-8", error.object.count(b"\n", 0, error.start) + 1) from None
    if text.startswith("\ufeff"):
        raise _Unreadable("begins with a byte order mark; save it as UTF-8 without one", 1)
    return _json_as_yaml(text) if file.suffix.lower() == ".json" else text


def _json_as_yaml(text: str) -> str:
    """JSON is YAML but for tabs, which it has only between its tokens once it is known to be JSON."""
    try:
        json.loads(text, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"not JSON: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"not JSON: {error}") from None
    return text.replace("\t", " ")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
