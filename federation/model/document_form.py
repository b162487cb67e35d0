"""The members that this release knows in each kind of trust document.

A later release may write a member that takes something away. Who left it out would give it back, so a document with an
unknown member is used by no release that does not know it.
"""

from collections.abc import Mapping as ReadOnly
from typing import TypeAlias

from federation.model.confirmation import CONFIRMATION
from federation.model.json import Json, JsonObject
from federation.model.trust import Kind

Form: TypeAlias = ReadOnly[str, "Form | None"]
"""Name -> the form of the object, or of each object in the list, that stands there; None: whatever it is."""

_RATE: Form = dict.fromkeys(("per_second", "burst"))
_ALL: Form = dict.fromkeys(("kind", "id", "description", "labels", "enabled", "dangerous", CONFIRMATION))

FORMS: ReadOnly[Kind, Form] = {
    Kind.ISSUER: {
        **_ALL,
        **dict.fromkeys(("provider", "issuer", "audiences", "audience_claim", "other_audiences", "algorithms")),
        **dict.fromkeys(("ignored_header_members", "revoked", "max_token_age", "single_use", "max_auth_age")),
        **dict.fromkeys(("tenant", "environments", "max_stale")),
        "keys": dict.fromkeys(
            ("discovery", "jwks_uri", "jwks", "certificates", "pushed", "caller_identity", "pushed_max_age")
        ),
        "rate_limit": _RATE,
        "events": dict.fromkeys(("types", "audience")),
    },
    Kind.MAPPING: {
        **_ALL,
        **dict.fromkeys(("issuer", "match", "principal", "attributes", "may_act", "examples")),
        "grants": dict.fromkeys(("audience", "scopes", "default_scopes", "max_ttl", "trim", "authorization_details")),
    },
    Kind.AUDIENCE: {
        **_ALL,
        **dict.fromkeys(("scopes", "max_ttl", "resource", "environment", "tenant", "token_format", "token_typ")),
        **dict.fromkeys(("token_audience", "sender_constraint", "introspection")),
        "authorization_details": dict.fromkeys(("type", "fields", "required")),
    },
    Kind.CLIENT: {
        **_ALL,
        **dict.fromkeys(("tenant", "audiences", "scopes", "grants", "sender_constraint")),
        "auth": dict.fromkeys(
            (
                *("method", "jwks", "jwks_uri", "san_uri", "san_dns", "san_ip", "san_email", "subject_dn"),
                *("certificates", "thumbprints", "spiffe_id", "issuer", "role"),
            )
        ),
        "rate_limit": _RATE,
    },
    Kind.POLICY: {**_ALL, **dict.fromkeys(("cedar", "tenant", "examples"))},
    Kind.ZONE: {**_ALL, "cidrs": None},
}


def check_form(kind: Kind, body: JsonObject) -> None:
    """Raises ValueError for a member that is not known."""
    if kind in FORMS:
        _check(body, FORMS[kind], "")


def _check(value: Json, form: Form, place: str) -> None:
    if isinstance(value, list | tuple):
        for one in value:
            _check(one, form, place)
    if not isinstance(value, ReadOnly):
        return
    for name, member in value.items():
        if name not in form:
            raise ValueError(f"a later release wrote {place}{name}")
        inner = form[name]
        if inner is not None:
            _check(member, inner, f"{place}{name}.")
