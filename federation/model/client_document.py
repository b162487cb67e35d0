"""A stored document of kind Client -> the registered caller (DESIGN section 4)."""

from typing import get_args

from federation.model.confirmation import is_pending
from federation.model.document_values import flag, members, optional_text, rate_limit, text, texts
from federation.model.json import JsonObject
from federation.model.trust import TOKEN_EXCHANGE, Client, ClientAuth, ClientMethod, Lives

NOTHING: Lives = {}
_METHODS: tuple[ClientMethod, ...] = get_args(ClientMethod)
_NAMES = ("san_uri", "san_dns", "san_ip", "san_email", "subject_dn")
"""tls_client_auth: the one name by which it is known (RFC 8705 section 2.1.2)."""


def client(id_: str, version: int, body: JsonObject, since: int = 1, lives: Lives = NOTHING) -> Client:
    """Raises KeyError, TypeError or ValueError where the document is corrupt."""
    return Client(
        id=id_,
        version=version,
        auth=_auth(members(body["auth"])),
        audiences=texts(body.get("audiences", ())),
        scopes=texts(body.get("scopes", ())),
        grants=texts(body.get("grants", (TOKEN_EXCHANGE,))),
        tenant=optional_text(body.get("tenant")),
        rate_limit=rate_limit(body),
        sender_constraint=text(body.get("sender_constraint", "none")),
        enabled=flag(body.get("enabled", True)) and not is_pending(body),
        since=since,
        lives=lives,
    )


def _auth(auth: JsonObject) -> ClientAuth:
    return ClientAuth(
        method=_method(text(auth["method"])),
        jwks=members(auth["jwks"]) if "jwks" in auth else None,
        jwks_uri=optional_text(auth.get("jwks_uri")),
        subject=_subject(auth),
        certificates=texts(auth.get("certificates", ())),
        thumbprints=texts(auth.get("thumbprints", ())),
        spiffe_id=optional_text(auth.get("spiffe_id")),
        issuer=optional_text(auth.get("issuer")),
        role=optional_text(auth.get("role")),
    )


def _method(name: str) -> ClientMethod:
    for method in _METHODS:
        if name == method:
            return method
    raise ValueError("unknown method")


def _subject(auth: JsonObject) -> tuple[str, str] | None:
    """Of several, which one counts would be a guess."""
    named = [(name, text(auth[name])) for name in _NAMES if name in auth]
    if len(named) > 1:
        raise ValueError("several names")
    return named[0] if named else None
