"""A suggested edit as files, so that it goes the way of every edit: looked at, planned, applied."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.admin.documents.yaml_source import read_sources
from federation.cli.failure import Failed
from federation.cli.listing import KINDS, path_of
from federation.cli.yaml_file import as_yaml


def write_edits(folder: Path, edits: Sequence[Mapping[str, Any]]) -> Iterator[Path]:
    """Where `fedbridge export` puts each document; raises Failed where the folder has it elsewhere, OSError."""
    documents = [edit["document_after"] for edit in edits if edit.get("document_after")]
    for document in documents:
        file = folder / f"{path_of(str(document['kind']), str(document['id']))}.yaml"
        _check_place(folder, document, file)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_yaml(dict(document)), encoding="utf-8")
        yield file


def _check_place(folder: Path, document: Mapping[str, Any], file: Path) -> None:
    name = f"{document['kind']} {document['id']}"
    if document["kind"] not in KINDS or not folder.exists():
        return
    here = [source for source in read_sources(folder).documents if source.name == name]
    among = [source for source in read_sources(file).documents if source.name != name] if file.exists() else []
    elsewhere = [source for source in here if Path(source.file) != file] or among
    if elsewhere:
        raise Failed(f"{name} is at {elsewhere[0].file}:{elsewhere[0].line}", "change it there as the edit says")
