"""Records of requests in the events that reach the function: a table's stream, a log's lines, and what came too late.

Records[].dynamodb           the audit table's stream: what was issued
awslogs.data                 a subscription of the token function's log: what was refused
Records[].body               of a queue: an event of those lines that the function had failed at
"""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from federation.signals.observation import Observation, read_observation

DEEPEST = 2
"""An event of a queue holds one of a log, and that holds none."""


def observations(event: object) -> Iterator[Observation]:
    """Every request that it tells of. What cannot be read, or tells of something else, is left out."""
    return (seen for record in _records(event, DEEPEST) if (seen := read_observation(record)) is not None)


def _records(event: object, deepest: int) -> Iterator[str | bytes]:
    if not isinstance(event, Mapping) or not deepest:
        return
    for line in _lines(event):
        yield from _refusal(line)
    records: Any = event.get("Records")
    for record in records if isinstance(records, list) else ():
        if isinstance(record, Mapping):
            yield from _issued(record)
            yield from _records(_late(record), deepest - 1)


def _issued(record: Mapping[str, Any]) -> Iterator[str]:
    """A record is looked at once: what becomes of it later is no request."""
    try:
        entry = record["dynamodb"]["NewImage"]["entry"]["S"]
    except (KeyError, TypeError):
        return
    if record.get("eventName") == "INSERT" and isinstance(entry, str):
        yield entry


def _late(record: Mapping[str, Any]) -> object:
    """What an asynchronous invocation was about that has failed."""
    try:
        failed: object = json.loads(record["body"])
    except (KeyError, TypeError, ValueError):
        return None
    return failed.get("requestPayload") if isinstance(failed, dict) else None


def _lines(event: Mapping[str, Any]) -> Iterator[str]:
    try:
        told = json.loads(gzip.decompress(b64decode(event["awslogs"]["data"])))
        lines = [line["message"] for line in told["logEvents"]]
    except (EOFError, KeyError, OSError, TypeError, ValueError):
        return
    yield from (line for line in lines if isinstance(line, str))


class _Line(Struct):
    """Of the function's log."""

    refusal: Raw = Raw(b"null")


_LINE = Decoder(_Line)


def _refusal(line: str) -> Iterator[bytes]:
    try:
        yield bytes(_LINE.decode(line).refusal)
    except (DecodeError, ValueError):  # another line
        return
