"""Any OpenID Connect or OAuth 2.0 issuer that signs JWTs: a partner's identity provider.

Claims: OpenID Connect Core 1.0 sections 2 and 5.1, RFC 9068 section 2.2, RFC 8693 section 4. `docs/oidc-recipes.md`
says what to pin, and what never, for Vercel, Nomad, Harness, Buddy and Spacelift.
"""

from federation.verification.claims_table import ClaimsTable, flag, text
from federation.verification.provider import Provider, Unfit

_OPENID_CONNECT = {
    "auth_time", "nonce", "acr", "amr", "at_hash", "c_hash", "sid", "name", "given_name", "family_name", "middle_name",
    "nickname", "preferred_username", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale",
    "phone_number", "phone_number_verified", "address", "updated_at",
}  # fmt: skip
_OAUTH = {"scope", "scp", "roles", "groups", "entitlements", "cnf", "act", "may_act", "typ"}
_OKTA = {"cid", "uid", "ver", "idp"}


PROVIDER = Provider(
    name="oidc",
    table=ClaimsTable(
        required={"iss": text, "sub": text},
        optional={"azp": text, "client_id": text, "email": text, "email_verified": flag},
        accounted=frozenset(_OPENID_CONNECT | _OAUTH | _OKTA),
    ),
    speaks_for_others=True,
    unfit=(Unfit(("email",), "proves nothing unless the issuer verified it", "sub", unless=("email_verified", True)),),
)
