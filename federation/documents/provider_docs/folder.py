"""A page for each provider, and their index: `python -m federation.documents.provider_docs.folder docs/providers`."""

import sys
from pathlib import Path

from federation.documents.document_set import DocumentSet
from federation.documents.provider_docs.page import ANYTHING, Example, page
from federation.documents.provider_docs.source import told, traps
from federation.documents.validate import validate_path
from federation.verification.provider import Provider
from federation.verification.providers import module_of, provider_named, provider_names

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"

_INDEX = """# Providers

What `provider:` may say in an Issuer document. Each is one file in
[`federation/verification/providers/`](../../federation/verification/providers), from which its page here is generated
(`make schemas`); [adding one](../adding-a-provider.md) is adding such a file.

Each page says how an identity gets its token, ready to paste: curl, `fedbridge token`, Python, Node and Go.

Rows such as D3 name attacks that tests make: `pytest tests/attacks -k D3`.
"""


def provider_docs(examples: Path = EXAMPLES) -> dict[str, str]:
    """File name -> Markdown."""
    documents = validate_path(examples).documents
    pages = {f"{name}.md": _page(name, documents) for name in provider_names()}
    return {"README.md": _index(), **pages}


def _page(name: str, examples: DocumentSet) -> str:
    module = module_of(name)
    return page(provider_named(name), told(module), traps(module), _examples(name, examples))


def _examples(name: str, documents: DocumentSet) -> list[Example]:
    """The files with an issuer of that provider."""
    issuers = {id_: issuer for id_, issuer in documents.issuers.items() if issuer.document.provider == name}
    return [_example(file, documents) for file in sorted({issuer.source.file for issuer in issuers.values()})]


def _example(file: str, documents: DocumentSet) -> Example:
    mappings = [mapping.document for mapping in documents.mappings.values() if mapping.source.file == file]
    matches = tuple(dict(mapping.match) for mapping in mappings)
    audience = mappings[0].grants[0].audience
    return Example(Path(file).name, Path(file).read_text(encoding="utf-8"), matches, audience)


def _index() -> str:
    rows = "".join(_row(provider_named(name)) for name in provider_names())
    return f"{_INDEX}\n| provider | for | a mapping pins |\n| --- | --- | --- |\n{rows}"


def _row(provider: Provider) -> str:
    module = module_of(provider.name)
    what = told(module).partition("\n")[0].rstrip(".")
    pinned = (provider.mapping_problem({}) or ANYTHING).partition("; ")[0].removeprefix("pin ").rstrip(".")
    return f"| [{provider.name}]({provider.name}.md) | {what} | {pinned} |\n"


def write(folder: Path) -> None:
    """The pages, and nothing else in the folder that was generated before."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = provider_docs()
    for stale in {file.name for file in folder.glob("*.md")} - pages.keys():
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
