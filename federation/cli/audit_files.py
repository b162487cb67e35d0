"""Files of an export: one a day, in the place that a query engine takes for a partition, whole or not at all."""

import json
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from federation.cli.failure import USAGE, Failed
from federation.insight.ocsf import ocsf_event

TEXT = "VARCHAR"
COLUMNS: Mapping[str, str] = {
    "time": "TIMESTAMP",
    **dict.fromkeys(("outcome", "jti", "parent_jti", "txn", "correlation_id", "tenant"), TEXT),
    **dict.fromkeys(("principal", "actor_principal", "client_id", "issuer", "subject", "mapping"), TEXT),
    **dict.fromkeys(("audience", "scope", "policies"), f"{TEXT}[]"),
    **dict.fromkeys(("approval", "approved_by", "error", "reason", "step", "source_ip", "kind", "id"), TEXT),
    "version": "BIGINT",
    **dict.fromkeys(("action", "changed_by", "revoked", "revoked_value", "revoked_by", "revocation_reason"), TEXT),
    "issued_at": "BIGINT",
    "expires_at": "BIGINT",
    "record": TEXT,
}
"""Of a Parquet file. `record`: all of it, as JSON."""


class DayFile(Protocol):
    """What an export writes of a day."""

    def add(self, record: Mapping[str, Any]) -> None:
        """One record more."""
        ...

    def finish(self) -> None:
        """The file is in its place; raises OSError."""
        ...


class _Lines:
    """JSON lines beside the place where they, or what is made of them, will be."""

    def __init__(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        self.file = place.with_name(f".{place.name}.lines")
        self._open: IO[str] = self.file.open("w", encoding="ascii")

    def write(self, value: object) -> None:
        self._open.write(json.dumps(value, separators=(",", ":")) + "\n")

    def close(self) -> Path:
        self._open.flush()
        os.fsync(self._open.fileno())
        self._open.close()
        return self.file


class OcsfFile:
    """An event a line."""

    def __init__(self, place: Path) -> None:
        self._place, self._lines = place, _Lines(place)

    def add(self, record: Mapping[str, Any]) -> None:
        """Its event."""
        self._lines.write(ocsf_event(record))

    def finish(self) -> None:
        """By renaming."""
        self._lines.close().replace(self._place)


class ParquetFile:
    """A record a row, written by DuckDB."""

    def __init__(self, place: Path) -> None:
        self._duckdb = _duckdb()
        self._place, self._lines = place, _Lines(place)

    def add(self, record: Mapping[str, Any]) -> None:
        """Its columns."""
        self._lines.write({**{name: record.get(name) for name in COLUMNS}, "record": json.dumps(record)})

    def finish(self) -> None:
        """Written beside its place, then renamed."""
        lines, beside = self._lines.close(), self._place.with_name(f".{self._place.name}.new")
        columns = ", ".join(f"{name}: {_quoted(kind)}" for name, kind in COLUMNS.items())
        rows = f"read_json({_quoted(str(lines))}, format = 'newline_delimited', columns = {{{columns}}})"
        with self._duckdb.connect(config={"autoinstall_known_extensions": "false"}) as session:
            session.execute(f"COPY (SELECT * FROM {rows} ORDER BY time) TO {_quoted(str(beside))} (FORMAT parquet)")  # noqa: S608 (quoted)
        beside.replace(self._place)
        lines.unlink()


def place_of(form: str, folder: Path, day: str) -> Path:
    """`day=2026-11-30/...`: a Hive partition."""
    return folder / f"day={day}" / {"ocsf": "events.jsonl", "parquet": "records.parquet"}[form]


def opened(form: str, place: Path) -> DayFile:
    """To be written; raises Failed, OSError."""
    return OcsfFile(place) if form == "ocsf" else ParquetFile(place)


def _duckdb() -> Any:  # noqa: ANN401 (a library that is there or not)
    try:
        return import_module("duckdb")
    except ModuleNotFoundError:
        install = "pip install 'federation-bridge[export]'"
        raise Failed("Parquet is written by DuckDB, which is not installed", install, code=USAGE) from None


def _quoted(text: str) -> str:
    """As a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
