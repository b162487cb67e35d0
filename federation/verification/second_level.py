"""Issuers' keys that any process of ours may use: what a schedule has fetched, and what issuers have pushed (F18).

Reading only. What lies there under another anchor, or altered, is as good as nothing.
"""

import json
from hashlib import sha256
from math import inf

from federation.model.issuer_keys import IssuerKeySet
from federation.model.json import Json, JsonObject
from federation.model.trust import Issuer
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.ports import IssuerKeyStore
from federation.verification.discovery import KeysRefused, PublishedKeys, are_fetched, read_keys
from federation.verification.held_keys import SharedKeys
from federation.verification.jwk import PRIVATE_MEMBERS


class SecondLevel:
    """What lies behind every process's own cache."""

    def __init__(self, fetched: IssuerKeyStore, pushed: IssuerKeyStore) -> None:
        self._fetched = fetched
        self._pushed = pushed

    def load(self, issuer: Issuer, now: float) -> SharedKeys | None:
        """The issuer's keys; None: no process knows any. Raises KeysRefused, or what the stores raise."""
        if issuer.keys.pushed:
            return pushed_or_first(issuer, self._pushed.load(issuer.id).keys, now)
        return last_fetched(issuer, self._fetched.load(issuer.id).keys) if are_fetched(issuer.keys) else None


def last_fetched(issuer: Issuer, kept: IssuerKeySet | None) -> SharedKeys | None:
    """What the issuer published when it was last asked under this version of its document; raises KeysRefused."""
    if kept is None or kept.anchor != fetched_anchor(issuer):
        return None
    return _shared(issuer, kept, confirmed_at=kept.as_of)


def pushed_or_first(issuer: Issuer, kept: IssuerKeySet | None, now: float) -> SharedKeys | None:
    """What the issuer pushed last, or until then the first keys from its document; raises KeysRefused."""
    if kept is not None and kept.anchor == pushed_anchor(issuer):
        return _shared(issuer, kept, confirmed_at=now)
    if issuer.keys.jwks is not None:
        return SharedKeys(read_keys(issuer, issuer.keys.jwks).keys, as_of=None, confirmed_at=now)
    return None


def fetched_anchor(issuer: Issuer) -> str:
    """The version of the document: any new one makes every process ask again, and so evicts (ATTACKS B13)."""
    return f"version {issuer.version}"


def pushed_anchor(issuer: Issuer) -> str:
    """What the first keys were trusted for: whose issuer, and by which keys.

    Pushed keys cannot be asked for again, so an edit of anything else leaves them. They end with the document, with
    its first keys, or when an admin pushes others.
    """
    parts: list[Json] = [issuer.id, issuer.since, issuer.issuer, issuer.tenant, issuer.keys.jwks]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def shareable(jwks: JsonObject) -> str:
    """A set as JSON for others of our processes; private members that were published by mistake go no further.

    Their names stay, so that every reader refuses that key (ATTACKS B6).
    """
    keys = jwks["keys"]
    if not isinstance(keys, list):
        raise TypeError("keys is no list")
    return json.dumps({"keys": [_without_secrets(key) for key in keys]})


def _without_secrets(jwk: Json) -> Json:
    if not isinstance(jwk, dict):
        return jwk
    return {name: "" if name in PRIVATE_MEMBERS else value for name, value in jwk.items()}


def _shared(issuer: Issuer, kept: IssuerKeySet, confirmed_at: float) -> SharedKeys:
    published = _read(issuer, kept)
    replaced_at = -inf if kept.replaced_at is None else kept.replaced_at
    return SharedKeys(published.keys, kept.as_of, confirmed_at, kept.origin, replaced_at)


def _read(issuer: Issuer, kept: IssuerKeySet) -> PublishedKeys:
    try:
        return read_keys(issuer, parse_object(kept.jwks.encode()))
    except NotStrictJson as error:
        raise KeysRefused(f"the kept set is {error}") from None
