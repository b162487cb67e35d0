"""A suggested edit as files, so that it goes the way of every edit: looked at, planned, applied."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.cli.failure import Failed
from federation.cli.listing import path_of
from federation.cli.yaml_file import as_yaml
from federation.cli.yaml_in_place import CannotEdit, edited
from federation.documents.source import SourceDocument
from federation.documents.yaml_source import read_sources


def write_edits(folder: Path, edits: Sequence[Mapping[str, Any]]) -> Iterator[Path]:
    """Each document where the folder has it, or where `fedbridge export` puts it; raises Failed, OSError."""
    for document in [edit["document_after"] for edit in edits if edit.get("document_after")]:
        name = f"{document['kind']} {document['id']}"
        sources = read_sources(folder).documents if folder.exists() else ()
        there = [source for source in sources if source.name == name]
        usual = folder / f"{path_of(str(document['kind']), str(document['id']))}.yaml"
        file = Path(there[0].file) if there else usual
        text = _changed(there, document) if there else _new(file, document)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        yield file


def _changed(there: Sequence[SourceDocument], document: Mapping[str, Any]) -> str:
    """What else is in the file stays as it is."""
    file = Path(there[0].file)
    if len(there) > 1 or file.suffix == ".json":
        raise _by_hand(there[0])
    try:
        return edited(file.read_bytes().decode(), there[0].line, dict(document))
    except CannotEdit:
        raise _by_hand(there[0]) from None


def _new(file: Path, document: Mapping[str, Any]) -> str:
    if file.exists() and (others := read_sources(file).documents):
        raise _by_hand(others[0])
    return as_yaml(dict(document))


def _by_hand(source: SourceDocument) -> Failed:
    return Failed(f"{source.name} is at {source.file}:{source.line}", "change it there as the edit says")
