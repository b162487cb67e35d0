"""The one step that mends what is often written wrongly."""

import re
from collections.abc import Sequence

from federation.documents.source import Location
from federation.model.json import Json
from federation.model.trust import Kind
from federation.verification.providers import provider_named, provider_names

_DURATIONS = frozenset({"max_ttl", "max_token_age", "max_stale", "max_auth_age", "max_age"})
_NOT_OUR_PROVIDERS = "this version knows "
_CLAIM = re.compile(r"[A-Za-z0-9_]{2,64}")


def hint_for(kind: Json, location: Location, message: str, value: Json) -> str:
    """What to do about a value; empty: nothing that is known."""
    if location and location[-1] in _DURATIONS and _is_whole(value):
        return f"quote it, with a unit: '{value}s'"
    if location == ("provider",) and message.startswith(_NOT_OUR_PROVIDERS):
        return "any other OpenID Connect provider: write provider: oidc"
    if kind == Kind.MAPPING and location[:1] == ("match",) and isinstance(value, list):
        return "a line has one value: write a Mapping for each"
    return ""


def hint_for_key(kind: Json, location: Location, known: Sequence[str]) -> str:
    """What to do about a key that does not exist there; empty: nothing that is known."""
    key = str(location[-1])
    if kind == Kind.MAPPING and len(location) == 1 and key not in known and _is_claim(key):
        return f"a claim goes under match: write match: {{{key}: ...}}"
    return ""


def _is_whole(value: Json) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdigit())


def _is_claim(key: str) -> bool:
    tables = [provider_named(name).table for name in provider_names()]
    known = {"sub", "aud"}.union(*({*table.forms, *table.accounted} for table in tables))
    return _CLAIM.fullmatch(key) is not None and key in known
