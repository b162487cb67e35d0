"""What the machine of tests/property/test_chains.py plays with: people, documents, and ways to ask."""

from dataclasses import dataclass

from hypothesis import strategies as st

from federation.model.json import Json
from tests.support.bound_world import NEW, OLD
from tests.support.delegation_world import ALICE, AUDIENCES, alice, planner, tool
from tests.support.jose_keys import JoseKey

PEOPLE = ("tool-1", "tool-2", "tool-3", "tool-4", "planner", "shared", "impostor", "alice")
PRINCIPALS = {
    "alice": "user/acme/alice",
    "planner": "agent/planner",
    "shared": "agent/shared",
    "impostor": "agent/planner",
    **{f"tool-{number}": f"tool/{number}" for number in range(1, 6)},
}
ANYBODY: list[Json] = ["*/*", "*/*/*"]
DETAILED = ("tools", "calendar")
KINDS: list[Json] = [{"type": "call", "fields": {"for": ["refund", "report"]}, "required": ["for"]}]
CLIENT: dict[str, Json] = {
    "kind": "Client",
    "id": "gateway",
    "tenant": "acme",
    "auth": {"method": "none"},
    "audiences": ["tools", "calendar"],
    "scopes": ["cal:read"],
}
IMPERSONATE: dict[str, Json] = {
    "kind": "Policy",
    "id": "impersonate",
    "cedar": 'permit (principal, action == Action::"impersonate", resource);',
}


def granted(*more: str) -> list[Json]:
    """What Alice's mapping grants, `more` scopes everywhere."""
    return [
        {
            "audience": name,
            "scopes": [*ALICE.get(name, ()), *more],
            "default_scopes": [*ALICE.get(name, ()), *more][:1],
            **({"authorization_details": ["call"]} if name in DETAILED else {}),
        }
        for name in (AUDIENCES if more else ALICE)
    ]


MAPPINGS = {
    "alice": alice(may_act=ANYBODY, grants=granted()),
    "planner": planner(may_act=ANYBODY),
    **{f"tool-{number}": tool(number, may_act=ANYBODY) for number in range(1, 5)},
}
SCOPES = ("cal:read", "cal:write", "mail:send", "act")
GLOBS = ("agent/*", "tool/*", "agent/planner", "tool/1", "user/acme/*", "*/*", "*")
# What works comes first and often: a machine that is mostly refused sees little.
audiences = st.sampled_from(["tools", "calendar", *sorted(AUDIENCES)])
scopes = st.sampled_from(["cal:read", None, "cal:read cal:write", "cal:write", "mail:send", "act", "cal:read act"])
REFUND: Json = {"type": "call", "for": "refund"}
BOTH: Json = {"type": "call", "for": ["refund", "report"]}


@dataclass(frozen=True)
class How:
    """What comes with a request."""

    key: JoseKey | None = None
    """Of the DPoP header."""
    vouched: bool = False
    """Whether the token's own key says that this one may have it."""
    client: bool = False
    details: tuple[Json, ...] = ()
    lasting: int = 250
    """Seconds that the actor's token lives."""


honest = st.sampled_from(
    [How(), How(OLD), How(OLD, client=True), How(OLD, details=(BOTH,)), How(details=(REFUND, BOTH))]
)
hows = st.one_of(
    st.just(How()),
    st.builds(
        How,
        st.sampled_from([None, OLD, NEW]),
        st.booleans(),
        st.booleans(),
        st.sampled_from([(), (REFUND,), (BOTH,), (REFUND, BOTH)]),
        st.sampled_from([250, 60]),
    ),
)
