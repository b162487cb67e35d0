"""What was exchanged, as a table for people."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field

from federation.oauth.identifiers import TokenType

_HEADINGS = ("issuer", "how we came by the token", "its header", "declared as", "became")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it."""

    issuer: str
    what: str
    kind: str
    declared: TokenType
    outcome: str
    """The principal, or why it was refused."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """All of a run, in order, each once."""

    _seen: dict[Exchange, None] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        self._seen[exchange] = None

    def table(self) -> Iterator[str]:
        """Lines with aligned columns."""
        rows = [_HEADINGS, *(_row(exchange) for exchange in self._seen)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(exchange: Exchange) -> tuple[str, ...]:
    issuer, what, kind, declared, outcome = astuple(exchange)
    return issuer, what, kind, declared.rpartition(":")[2], outcome
