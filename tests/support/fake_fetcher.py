"""Issuers' public documents without a network."""

import json
from collections.abc import Mapping

from federation.ports import FetchFailed


class FakeFetcher:
    """Answers from `documents` (URL -> body or JSON value); everything else fails. Counts in `fetched`."""

    def __init__(self, documents: Mapping[str, object] | None = None) -> None:
        self.documents = dict(documents or {})
        self.fetched: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.documents:
            raise FetchFailed(url)
        body = self.documents[url]
        return body if isinstance(body, bytes) else json.dumps(body).encode()
