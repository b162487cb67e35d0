"""Records of what was done to trust: documents written, approvals decided, tokens revoked. No token was issued."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from federation.model.json import Json, JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from federation.oauth.errors import OAuthError
from federation.ports import Ledger


def event(entry: JsonObject, at: float, by: str, request: str, *about: RevocationKey) -> dict[str, Json]:
    """`entry`, filed where a search of the trail looks: under who did it, the correlation id, and what it is about."""
    keys = {RevocationKey(RevocationTarget.PRINCIPAL, by), RevocationKey(RevocationTarget.TXN, request), *about}
    return {**entry, "correlation_id": request, "recorded_at": int(at), "revocation_keys": key_texts(keys)}


@contextmanager
def on_record(ledger: Ledger, entry: JsonObject) -> Iterator[None]:
    """What is done within has a durable record before it counts, which is discarded where it fails.

    Raises TemporarilyUnavailable or ServerError of the ledger before anything is done, and what is raised within.
    """
    ledger.commit(entry, ())
    try:
        yield
    except OAuthError as error:
        with suppress(OAuthError):
            ledger.discard(entry, (), error.reason.value)
        raise
