"""Where the archive is read from: the bridge, or a copy of its bucket; and how far it was verified."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from federation.audit.chain import StoredSegment, Verified
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession
from federation.client.admin import AdminApi
from federation.client.http import send
from federation.model.archive import NO_SEGMENT, ArchiveHead

PAGE = 1000
_FILE = re.compile(r"([0-9]{12})\.jsonl")


class Checkpoint(Struct, frozen=True):
    """What was verified before. `start`: what came before the newest segment then."""

    start: ArchiveHead = NO_SEGMENT
    seen: tuple[ArchiveHead, ...] = ()


class Archive(Struct, frozen=True):
    """What is to be verified, and against what."""

    numbers: Sequence[int]
    read: Callable[[int], StoredSegment]
    keys: Sequence[Mapping[str, Any]]
    start: ArchiveHead
    seen: Sequence[ArchiveHead]


def when(seconds: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def served(session: AdminSession, jwks: Path | None, since: Checkpoint) -> Archive:
    """By the admin API; its witness of the newest head is seen, too. Raises Failed, AdminRefused, OSError."""
    api = session.connect()
    numbers, head = _listed(api, since.start.number)
    seen = (*since.seen, ArchiveHead(head["number"], head["digest"])) if head else since.seen
    return Archive(numbers, lambda number: _fetched(api, number), published_keys(api.bridge, jwks), since.start, seen)


def downloaded(session: AdminSession, folder: Path, jwks: Path | None, since: Checkpoint) -> Archive:
    """A copy of the bucket: `segments/000000000001.jsonl` and so on; raises Failed, OSError."""
    if jwks is None and not session.url:
        raise Failed("by which keys?", "--jwks FILE, as the bridge publishes them, or --url of the bridge", code=USAGE)
    place = folder / "segments" if (folder / "segments").is_dir() else folder
    named = ((_FILE.fullmatch(file.name), file) for file in place.iterdir())
    files = {int(match[1]): file for match, file in named if match}
    numbers = sorted(number for number in files if number > since.start.number)
    keys = published_keys("" if jwks else session.bridge, jwks)
    return Archive(
        numbers, lambda number: StoredSegment(number, files[number].read_bytes()), keys, since.start, since.seen
    )


def read_checkpoint(file: Path | None) -> Checkpoint:
    """Nothing was verified where there is none; raises Failed for what is none."""
    if file is None or not file.exists():
        return Checkpoint()
    try:
        kept = json.loads(file.read_text(encoding="ascii"))
        number, digest, previous = int(kept["number"]), str(kept["digest"]), str(kept["previous"])
    except (KeyError, TypeError, ValueError):
        raise Failed(f"{file} is no checkpoint", "take the file that an earlier run has written", code=USAGE) from None
    return Checkpoint(ArchiveHead(number - 1, previous), (ArchiveHead(number, digest),))


def write_checkpoint(file: Path, verified: Verified) -> None:
    """As a whole or not at all; raises OSError."""
    head = verified.head
    kept = {"number": head.number, "digest": head.digest, "previous": verified.before}
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(json.dumps(kept) + "\n", encoding="ascii")
    beside.replace(file)


def _listed(api: AdminApi, after: int) -> tuple[list[int], dict[str, Any] | None]:
    query = {"limit": str(PAGE), "after": str(after)}
    page = api.get("/audit/segments", query).members
    head, numbers = page["head"], [int(each["number"]) for each in page["items"]]
    while page.get("next"):
        page = api.get("/audit/segments", {"limit": str(PAGE), "cursor": str(page["next"])}).members
        numbers += [int(each["number"]) for each in page["items"]]
    return numbers, head


def _fetched(api: AdminApi, number: int) -> StoredSegment:
    # What is not ASCII there comes as another character, and breaks the hash all the same.
    return StoredSegment(number, str(api.get(f"/audit/segments/{number}").members["text"]).encode())


def published_keys(bridge: str, jwks: Path | None) -> Sequence[Mapping[str, Any]]:
    """Of a file, or as the bridge publishes them now; raises Failed."""
    try:
        found = json.loads(jwks.read_bytes()) if jwks else send(f"{bridge}/.well-known/jwks.json", "GET").members
        keys = [dict(key) for key in found["keys"]]
    except (KeyError, TypeError, ValueError):
        raise Failed(f"{jwks or bridge} has no keys", "a JWK Set is needed, as /.well-known/jwks.json has it") from None
    return keys
