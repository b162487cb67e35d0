"""Lists of the admin API, page by page, and kinds of documents as people name them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from federation.cli.failure import USAGE, Failed
from federation.client.admin import AdminApi
from federation.documents.registry import REGISTRY

PAGE = 200
"""Items: the most that the bridge gives at once."""

KINDS: Mapping[str, str] = {kind.value: row.plural for kind, row in REGISTRY.items()}
"""Kind -> segment of a path."""

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(KINDS)}.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the document.")]


def path_of(kind: str, id_: str) -> str:
    """`plural/id` of a document that somebody named, however they wrote the kind; raises Failed."""
    wanted = kind.lower()
    plural = next((plural for one, plural in KINDS.items() if wanted in (one.lower(), plural)), None)
    if plural is None:
        raise Failed(f"{kind} is no kind of document", f"take one of {', '.join(KINDS)}", code=USAGE)
    if not id_.replace("-", "").replace("_", "").replace(".", "").isalnum() or not id_.isascii() or ".." in id_:
        raise Failed(f"{id_} is no id", "letters, digits, dots, dashes and underscores", code=USAGE)
    return f"{plural}/{id_}"


def every(
    api: AdminApi, path: str, limit: int | None = None, asked: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """All items of a list, or the first `limit`, page after page; raises AdminRefused, OSError."""
    query, given = {**(asked or {}), "limit": str(min(limit or PAGE, PAGE))}, 0
    while True:
        page = api.get(path, query).members
        for item in page["items"]:
            yield item
            given += 1
            if given == limit:
                return
        if not page.get("next"):
            return
        query["cursor"] = str(page["next"])
