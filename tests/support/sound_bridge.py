"""A fake bridge at which `fedbridge doctor` finds nothing wrong, and somebody who is logged in there."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from federation.cli.doctor.examination import CHECKS, examine
from federation.cli.doctor.finding import Verdict
from federation.cli.doctor.visit import Probe, Visit
from federation.cli.subject import Wish
from federation.client.credential import Credential, write_credential
from federation.client.key import DpopKey
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.model.json import Json, JsonObject
from federation.model.status_list import SPAN, StatusList, list_path, lists_of
from federation.oauth.metadata import (
    JWKS_PATH,
    OAUTH_PATH,
    OPENID_PATH,
    authorization_server_metadata,
    openid_configuration,
)
from federation.status.publication import TYP, list_claims
from federation.version import VERSION
from tests.support.cli_runs import Admin
from tests.support.fake_bridge import FakeBridge, Reply, fake_bridge, problem

Members = dict[str, Any]
HOUR = 3600


@dataclass(frozen=True, slots=True)
class SoundBridge(Admin):
    """`keys`: what it signs with now, and next."""

    bridge: FakeBridge
    keys: tuple[IssuerKey, IssuerKey]
    environment: dict[str, str] = field(default_factory=dict)
    """In which the caller's own token is looked for."""

    def look(self, check: str, source: str = "auto", url: str = "", now: Callable[[], float] = time.time) -> Verdict:
        """What one check finds."""
        wish = Wish(source, url or self.url, print, environment=self.environment)
        visit = Visit(Probe(url or self.url), self.credential, wish, now)
        return next(examine(visit, {check: CHECKS[check]})).verdict

    def looks(self, *checks: str) -> dict[str, Verdict]:
        """What each of them finds."""
        return {check: self.look(check) for check in checks}

    def log_in(self, **claims: Json) -> str:
        """The token, which is in the credential now."""
        own = DpopKey.generate()
        said: JsonObject = {
            **self.claims(),
            "aud": ADMIN_AUDIENCE,
            "scope": " ".join(ADMIN_SCOPES),
            "cnf": {"jkt": own.thumbprint},
        }
        token = self.keys[0].sign({**said, **claims}, {"typ": "at+jwt"})
        write_credential(self.credential, Credential(token, own, int(time.time()) + HOUR, self.url))
        return token

    def claims(self) -> Members:
        now = int(time.time())
        return {"iss": self.url, "sub": "admin/ann", "aud": self.url, "iat": now, "exp": now + HOUR, "jti": "j-1"}

    def publish(self, path: str, **changes: object) -> None:
        """A discovery document with changes; None: without that member."""
        make = openid_configuration if path == OPENID_PATH else authorization_server_metadata
        document = {**make(self.url, ["ES256"]), **changes}
        self.bridge.on("GET", path, Reply({name: value for name, value in document.items() if value is not None}))

    def publish_keys(self, *jwks: object) -> None:
        self.bridge.on("GET", JWKS_PATH, Reply({"keys": list(jwks)}))

    def publish_lists(self, key: IssuerKey, **changes: Json) -> None:
        """Signed by `key`."""
        now = int(time.time())
        for number in lists_of(now, ahead=SPAN):
            claims = {**list_claims(self.url, self.url + list_path(number), StatusList(), now), **changes}
            self.bridge.on("GET", list_path(number), Reply(key.sign(claims, {"typ": TYP}).encode()))


@contextmanager
def sound_bridge(folder: Path) -> Iterator[SoundBridge]:
    """Serves until left."""
    keys = (generate_key("ES256-a", "ES256"), generate_key("ES256-b", "ES256"))
    with fake_bridge() as bridge:
        sound = SoundBridge(bridge.url, folder, bridge, keys)
        sound.log_in()
        sound.environment["FEDBRIDGE_SUBJECT_TOKEN"] = keys[0].sign(
            {**sound.claims(), "iss": "https://idp.example.com"}
        )
        _publish(sound)
        _answer(sound)
        _tell_admins(sound)
        yield sound


def refused(status: int, error: str, **members: object) -> Reply:
    """As a token endpoint refuses."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Reply({"error": error, "error_description": "x", "correlation_id": "c-1", **members}, status, headers)


def issuer(id_: str, *, enabled: bool = True) -> Members:
    return {"document": {"kind": "Issuer", "id": id_, "enabled": enabled}}


def way(principal: str) -> Members:
    return {"party": {"principal": principal, "issuer": "admins", "mapping": principal}, "scopes": ["trust:write"]}


def signing_key(state: str, days: float = 1, *, seen: bool = True) -> Members:
    times = {"published_at": at(days), "seen_by_all_at": at(days) if seen else at(-1), "leaves_at": None}
    return {"kid": f"ES256-{state}", "state": state, "algorithm": "ES256", "active_since": at(days), **times}


def at(days_ago: float) -> str:
    """RFC 3339."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - days_ago * 24 * HOUR))


def archive(days: float = 0) -> Reply:
    head = {"number": 7, "digest": "d", "kid": "ES256-a", "signed_at": at(days)}
    return Reply({"items": [{"number": 1}], "head": head, "next": None})


def _publish(sound: SoundBridge) -> None:
    sound.bridge.on("GET", "/health", Reply({"status": "ok", "version": VERSION}))
    sound.publish(OAUTH_PATH)
    sound.publish(OPENID_PATH)
    sound.publish_keys(*(key.jwk for key in sound.keys))
    sound.publish_lists(sound.keys[0])


def _answer(sound: SoundBridge) -> None:
    sound.bridge.on("POST", "/token", refused(400, "invalid_request"))
    sound.bridge.on("POST", "/introspect", refused(401, "invalid_client"))
    sound.bridge.on("POST", "/revoke", refused(400, "invalid_request"))


def _tell_admins(sound: SoundBridge) -> None:
    nobody = problem(401, "missing_bearer_token", "Send a token.")
    issuers = Reply({"items": [issuer("acme")], "next": None})
    sound.bridge.admin("GET", "/issuers", lambda asked: issuers if "authorization" in asked.headers else nobody)
    for plural in ("policies", "audiences", "zones"):
        sound.bridge.admin("GET", f"/{plural}", Reply({"items": [], "next": None}))
    sound.bridge.admin("GET", "/confirmations", Reply({"items": [], "truncated": False}))
    sound.bridge.admin("GET", "/whocan", Reply({"items": [way("admin/ann"), way("admin/ben")], "truncated": False}))
    sound.bridge.admin("GET", "/keys", Reply({"items": [signing_key("active"), signing_key("next")]}))
    sound.bridge.admin("GET", "/audit/segments", archive())
    sound.bridge.admin("GET", "/audit", Reply({"items": [], "next": None}))


def parsed(output: str) -> dict[str, Members]:
    """Findings of `--json`, by the names of their checks."""
    return {finding["check"]: finding for finding in json.loads(output)["findings"]}
