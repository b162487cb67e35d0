"""The comparison itself: which signatures no function of ours recorded."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from federation.model.signature_trail import LostAttempt, RecordedSignature, SeenSignature

NEAR = 60
"""Seconds between an attempt that was given up and the signature that KMS may have made of it."""


class Difference(Struct, frozen=True):
    """Seen signatures without a record. `lost`: those that an attempt without an answer explains."""

    unrecorded: tuple[SeenSignature, ...]
    lost: tuple[SeenSignature, ...] = ()


def compare(
    seen: Iterable[SeenSignature], recorded: Iterable[RecordedSignature], lost: Sequence[LostAttempt]
) -> Difference:
    """By KMS request id, key and function: each signs for one purpose, so another's record stands for nothing."""
    known = {(one.request_id, one.function, _key_id(one.key)) for one in recorded if one.request_id}
    missing = [one for one in seen if (one.request_id, function_of(one.caller), _key_id(one.key)) not in known]
    left, explained, unrecorded = list(lost), [], []
    for one in missing:
        attempt = next((each for each in left if _explains(each, one)), None)
        if attempt is None:
            unrecorded.append(one)
        else:
            left.remove(attempt)  # one attempt makes one signature
            explained.append(one)
    return Difference(tuple(unrecorded), tuple(explained))


def function_of(caller: str) -> str:
    """The name of the session, which Lambda calls after its function; empty: it is no session."""
    return caller.rpartition("/")[2] if ":assumed-role/" in caller else ""


def _explains(attempt: LostAttempt, one: SeenSignature) -> bool:
    return attempt.function == function_of(one.caller) and abs(attempt.at - one.at) <= NEAR


def _key_id(key: str) -> str:
    """Of an ARN or an id: functions name a key in either way."""
    return key.rpartition("/")[2]
