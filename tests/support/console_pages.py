"""What pages of the console are made of, for tests that look at them as a browser does."""

import json
from base64 import urlsafe_b64encode
from html.parser import HTMLParser
from typing import Any

HOSTILE = '"></title></textarea></script><script>alert(1)</script><img src=x onerror="alert(1)">\u202e{{7*7}}'
"""What outsiders call themselves."""


def jwt_text(claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """An unsigned token as people paste it; its signature is never looked at."""
    parts = (header or {"alg": "RS256", "kid": "k"}, claims)
    return ".".join([*(_part(json.dumps(part).encode()) for part in parts), _part(b"signature")])


def approval(id_: str, text: str = "") -> dict[str, Any]:
    """As `GET /admin/v1/approvals/{id}` answers; with `text` in every place that outsiders write."""
    cause = {"score": 40, "raised_to": 41, "raised_at": "2026-11-30T07:00:00Z", "until": "2026-11-30T09:00:00Z"}
    told = {"half_life": 3600, "reason": text or "seen elsewhere", "source": text or "signal:x", "correlation_ids": []}
    risk = {"what": "principal", "value": text or "user/anna", "tenant": None, "score": 40, "causes": [cause | told]}
    return {
        "id": id_,
        "state": "pending",
        "principal": text or "user/anna",
        "actors": [text] if text else ["agent/tool", "agent/planner"],
        "tenant": text or "acme",
        "client_id": text or None,
        "audiences": [text or "orders"],
        "scopes": [text or "write"],
        "purposes": [text or "production writes"],
        "authorization_details": [{text: text}] if text else [],
        "requested_at": "2026-11-30T08:00:00Z",
        "expires_at": "2026-11-30T08:10:00Z",
        "decided_by": text or None,
        "decided_at": text or None,
        "reason": text,
        "uses": 1,
        "issuer": text or "acme",
        "through": [],
        "risk": [risk],
    }


def way(name: str, text: str = "") -> dict[str, Any]:
    """A way to risk-engine, as `GET /admin/v1/whocan` answers; with `text` in every place that outsiders write."""
    issuer = {"issuer": text or "acme", "tenant": text or None, "dangers": [text] if text else []}
    party = {"mapping": text or name, "principal": text or f"partner/{name}", "match": {text or "sub": text or name}}
    agent = {"mapping": text or "planner", "principal": text or "agent/planner", "match": {"sub": text or "planner"}}
    say = {"policy": text, "number": 0, "verdict": text, "head": text, "obligations": {text: text}}
    return {
        "party": {**party, **issuer},
        "audience": text or "risk-engine",
        "scopes": [text or "risk:read"],
        "clients": [text] if text else [],
        "policies": [say] if text else [],
        "usually": True,
        "actors": [{"party": {**agent, **issuer}, "by": text or "agent/*", "then": [], "cut": False}],
        "dangers": [text] if text else [],
    }


def _part(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        if self.seen and self.seen[-1][0] != "textarea":
            self.text.append(data)


def elements(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes, but for the lines of a picture: what text can never add to."""
    return [one for one in _Reader(html).seen if one[0] != "text"]


def is_inert(html: str) -> bool:
    """Whether nothing in it runs or styles by itself, and what is read, fields apart, turns no line around."""
    reader = _Reader(html)
    names = {name for _, attributes in reader.seen for name in attributes}
    inline = [tag for tag, has in reader.seen if tag == "style" or (tag == "script" and "src" not in has)]
    runs = bool(inline) or "style" in names or any(name.startswith("on") for name in names)
    return not runs and "\u202e" not in "".join(reader.text)
