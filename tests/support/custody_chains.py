"""Chains of custody, as the admin API answers them."""

from typing import Any

from hypothesis import strategies as st

Chain = dict[str, Any]


def link(jti: str, parent: str | None = None, **more: Any) -> Chain:  # noqa: ANN401 (members of a record)
    """A token with its record."""
    record: Chain = {
        "time": "2026-11-30T08:00:00.000+00:00",
        "outcome": "allow",
        "issuer": "acme",
        "issuer_version": 2,
        "subject": "ann",
        "source_ip": "203.0.113.9",
        "tenant": "acme",
        "mapping": "acme-people",
        "mapping_version": 3,
        "policies": ["payments-are-approved"],
        "principal": "user/acme/ann",
        "audience": ["payments"],
        "scope": ["pay"],
        **({"parent_jti": parent} if parent else {}),
        **more,
    }
    return {"jti": jti, "record": record}


def agents_payment() -> Chain:
    """A person's token, a planner's, and its tool's with an approval; then two tokens more, and a revocation."""
    acting = {"act": {"sub": "agent/tool", "act": {"sub": "agent/planner"}}, "actor_issuer": "cluster"}
    tool = link("t-3", "t-2", **acting, actor_subject="tool", approval="a-1", approved_by="user/acme/boss")
    planner = link("t-2", "t-1", act={"sub": "agent/planner"}, actor_issuer="cluster", actor_subject="planner")
    revocation = {"what": "jti", "value": "t-3", "by": "user/acme/boss", "reason": "wrong payee"}
    return {
        "items": [{**tool, "uses": [{"service": "payments", "request": "POST /pay"}]}, planner, link("t-1")],
        "complete": True,
        "children": [link("t-4", "t-3"), link("t-5", "t-3")],
        "children_complete": True,
        "revocations": [{**revocation, "revoked_at": "2026-11-30T08:01:00+00:00", "covers": ["t-3", "t-4", "t-5"]}],
    }


def texts() -> st.SearchStrategy[str]:
    """Whatever an outsider may put into a name."""
    markup = (
        '"><script>alert(1)</script>',
        "]]><x/>",
        "&lt;",
        '"]-->n0',
        "%%{init}%%",
        "`code`",
        "#quot;",
        "\x00\u202e",
    )
    return st.one_of(st.sampled_from(markup), st.text(min_size=1, max_size=60))
