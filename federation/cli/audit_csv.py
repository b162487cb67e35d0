"""Records as CSV (RFC 4180) for a spreadsheet, which runs whatever looks like a formula."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from federation.cli.audit_trace import names
from federation.cli.console import printable

COLUMNS = (
    *("time", "outcome", "jti", "correlation_id", "tenant", "principal", "actor_principal", "client_id", "issuer"),
    *("subject", "mapping", "audience", "scope", "policies", "approval", "error", "reason", "step", "source_ip"),
    *("kind", "id", "version", "action", "changed_by", "revoked", "revoked_value", "revoked_by", "revocation_reason"),
)
"""Members of the records."""
_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """A line of names, then a line each; several values of a cell are separated by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(" ".join(names(record.get(name)))) for name in COLUMNS] for record in records)
    return text.getvalue()


def _cell(value: str) -> str:
    """What begins like a formula is made text by an apostrophe."""
    plain = printable(value)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULAS) else plain
