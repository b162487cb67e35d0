"""What a policy may speak of, and of which type it is. Every policy is checked against this where it is written."""

import re
from functools import cache

from cedarpy import Schema

SCHEMA = """
// Who a foreign identity is to us. Its tags are the mapping's attributes:
// principal.hasTag("department") && principal.getTag("department") == "billing"
// Two tenants may use one name; principal in Tenant::"acme" tells them apart.
entity Principal in [Tenant] = {
  name: String,        // partner/acme/billing-sync, for `like`
  issuer: String,      // id of the Issuer document
  tenant?: Tenant,
} tags String;

// Who acts for the principal; tags as above. Of a type of its own, so that an actor is never taken for the principal.
entity Actor in [Tenant] = {
  name: String,
  issuer: String,
  tenant?: Tenant,
} tags String;

// The target API.
entity Audience in [Environment, Tenant] = {
  name: String,
  environment?: Environment,
  tenant?: Tenant,     // absent: shared between tenants
};

entity Client in [Tenant] = {
  name: String,
  tenant?: Tenant,
};

entity Tenant;
entity Environment;

// What the foreign issuer says: context.claims.hasTag("ref") && context.claims.getTag("ref") == "refs/heads/main".
// A tag is a claim's path as in mappings (a.b.c); numbers and booleans are their JSON text.
entity Claims = {
  lists: ClaimLists,   // context.claims.lists.hasTag("groups") && context.claims.lists.getTag("groups").contains("ops")
} tags String;
entity ClaimLists tags Set<String>;

// What the token will be for (RFC 9396). A tag is `type.member`, and holds the values of all details of that type:
// context.authorization_details.hasTag("tool_call.purpose") &&
// ["refund"].containsAll(context.authorization_details.getTag("tool_call.purpose"))
// "" is among them where one of those details has the member and another has not.
entity AuthorizationDetails = {
  types: Set<String>,
} tags Set<String>;

// What a verified attestation says; without tags where there is none.
entity Attestation tags String;

type Context = {
  scopes: Set<String>,
  client?: Client,     // the registered client, if one authenticated
  actor?: Actor,       // delegation: who acts
  chain: {
    depth: Long,       // how many act, 0 to 4
    actors: Set<String>,   // their names, for prohibitions: who acted before never earns a permission
  },
  network: {
    ip: ipaddr,        // the source address that the gateway saw
    zone: String,      // id of the Zone document; "" for none
  },
  now: datetime,
  weekday: Long,       // of `now` in UTC, Monday is 1, Sunday is 7
  token_age: duration,
  proof: String,       // "none", "dpop" or "mtls"
  attestation: Attestation,
  risk: {principal: Long, issuer: Long, client: Long},   // 0 to 100: the highest of whom it is about and who acts
  approval?: {id: String, by: String},     // a person has approved
  claims: Claims,
  authorization_details: AuthorizationDetails,
};

// `impersonate`: one of our own tokens, exchanged by a caller who does not say who it is. What permits everything does
// not permit that: it takes a permit whose head names the action.
action exchange, delegate, impersonate appliesTo {
  principal: [Principal],
  resource: [Audience],
  context: Context,
};
"""


_CONTEXT = re.compile(r"(?<=type Context = {)(.*?)(?=\n};)", re.DOTALL)
_ATTRIBUTE = re.compile(r"^  (\w+):", re.MULTILINE)


@cache
def policy_schema() -> Schema:
    """What policies are checked against: a required attribute may be read without asking whether it is there."""
    return Schema.from_str(SCHEMA)


@cache
def request_schema() -> Schema:
    """What requests are checked against: what no policy mentions may be left out, the rest is as policies expect it."""
    return Schema.from_str(_CONTEXT.sub(lambda context: _ATTRIBUTE.sub(r"  \1?:", context[0]), SCHEMA))
