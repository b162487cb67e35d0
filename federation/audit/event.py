"""Records of what was done to trust: documents written, approvals decided, tokens revoked. No token was issued."""

from federation.model.json import Json, JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts


def event(entry: JsonObject, at: float, by: str, request: str, *about: RevocationKey) -> dict[str, Json]:
    """`entry`, filed where a search of the trail looks: under who did it, the correlation id, and what it is about."""
    keys = {RevocationKey(RevocationTarget.PRINCIPAL, by), RevocationKey(RevocationTarget.TXN, request), *about}
    return {**entry, "correlation_id": request, "recorded_at": int(at), "revocation_keys": key_texts(keys)}
