"""What `fedbridge explain` writes into a folder: the smallest edit, or a request as an example of its Mapping."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.cli.failure import Failed
from federation.cli.session import path_of
from federation.cli.yaml_file import CannotEdit, edited
from federation.client.admin import AdminApi
from federation.documents.source import SourceDocument
from federation.documents.yaml_source import read_sources
from federation.documents.yaml_text import as_yaml


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


def example_edit(
    api: AdminApi, folder: Path, explanation: Mapping[str, Any], question: Mapping[str, Any]
) -> dict[str, Any]:
    """The Mapping of that request with one example more; raises Failed where none had a part, AdminRefused, OSError."""
    mapped: Mapping[str, Any] = next((step["facts"] for step in explanation["steps"] if step["step"] == "mapping"), {})
    if "claims" not in question or "mapping" not in mapped:
        raise Failed("no Mapping had a part in that request, so there is none to add an example to")
    document = _mapping(api, folder, str(mapped["mapping"]))
    example = _example(explanation, question, str(mapped["principal"]))
    return {"document_after": {**document, "examples": [*document.get("examples", ()), example]}}


def _example(explanation: Mapping[str, Any], question: Mapping[str, Any], principal: str) -> dict[str, Any]:
    """What came of it if it is allowed; what must go on being refused if it is not."""
    claims = {name: value for name, value in question["claims"].items() if name != "iss"}
    decision = explanation.get("decision") or {}
    asked = str(question.get("scope", "")).split()
    audience = next(iter([*decision.get("audiences", ()), *str(question.get("audience", "")).split()]), None)
    scopes = list(decision.get("scopes", asked)) if explanation["allowed"] else asked
    return {
        "claims": claims,
        **({"principal": principal} if explanation["allowed"] else {}),
        **({"audience": audience, **({"scopes": scopes} if scopes else {})} if audience else {}),
        "expect": "allow" if explanation["allowed"] else "deny",
    }


def _mapping(api: AdminApi, folder: Path, id_: str) -> dict[str, Any]:
    """As the folder has it, or else as the bridge does."""
    sources = read_sources(folder).documents if folder.exists() else ()
    there = next((one.value for one in sources if one.name == f"Mapping {id_}"), None)
    if isinstance(there, dict):
        return there
    document: dict[str, Any] = dict(api.get(f"/{path_of('Mapping', id_)}").members["document"])
    return document
