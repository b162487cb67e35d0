"""Keycloak: a server with two realms of the same clients, of which one is for rotating keys."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.interop.support.browser import Browser
from tests.interop.support.child import child, free_port, wait_until
from tests.interop.support.foreign import ForeignToken
from tests.interop.support.issuers import keycloak_home
from tests.interop.support.requests import ask, command, discover

NAME = "keycloak"
PORTAL = "analyst-portal"
SIGNED_IN = "http://127.0.0.1/signed-in"
STEADY, ROTATING = "steady", "rotating"

_ADMIN = "interop"
_PERSON = "analyst"
_PATIENCE = 240.0
"""Seconds: a start takes 15 on an idle machine."""
_KEYS = "org.keycloak.keys.KeyProvider"


@dataclass(frozen=True, slots=True)
class Realm:
    """One realm. Its clients stand in realm.json."""

    url: str
    """Of the server."""
    name: str
    secret: str = field(repr=False)

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/{self.name}"

    def access_token(self, client: str) -> ForeignToken:
        """By client credentials."""
        answer = self._ask(client, grant_type="client_credentials")
        return ForeignToken(NAME, f"client {client}", answer["access_token"])

    def by_password(self, name: str) -> ForeignToken:
        """By a person's password, given to the portal (RFC 6749 section 4.3)."""
        form = {"grant_type": "password", "username": _PERSON, "password": self.secret, "scope": "openid"}
        return ForeignToken(NAME, f"person by password, {name}", self._ask(PORTAL, **form)[name])

    def by_sign_in(self, name: str) -> ForeignToken:
        """By a person in a browser (OpenID Connect Core 1.0 section 3.1)."""
        query = {"response_type": "code", "client_id": PORTAL, "redirect_uri": SIGNED_IN, "scope": "openid"}
        browser = Browser()
        page = browser.open(f"{discover(self.issuer)['authorization_endpoint']}?{urlencode(query)}")
        there = browser.submit(page, username=_PERSON, password=self.secret).location
        (code,) = parse_qs(urlsplit(there).query)["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": SIGNED_IN}
        return ForeignToken(NAME, f"person signed in, {name}", self._ask(PORTAL, **form)[name])

    def rotate(self) -> None:
        """Publish a further key, and sign with it from now on."""
        config = {"priority": ["200"], "algorithm": ["RS256"]}
        key = {"name": "newer", "providerId": "rsa-generated", "providerType": _KEYS, "config": config}
        self._administer("POST", "", key)

    def revoke(self) -> None:
        """Publish the older key no more."""
        keys = self._administer("GET", f"?type={_KEYS}", None)
        (older,) = [key for key in keys if key["name"] == "rsa-generated"]
        older["config"] |= {"enabled": ["false"], "active": ["false"]}
        self._administer("PUT", f"/{older['id']}", older)

    def _ask(self, client: str, **form: str) -> dict[str, Any]:
        return ask(discover(self.issuer)["token_endpoint"], client, self.secret, **form)

    def _administer(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        token = _admin_token(self.url, self.secret)
        return command(f"{self.url}/admin/realms/{self.name}/components{path}", method, token, body)


@dataclass(frozen=True, slots=True)
class Keycloak:
    """A running one."""

    steady: Realm
    rotating: Realm


@contextmanager
def running_keycloak(folder: Path, log: Path) -> Iterator[Keycloak]:
    """A fresh one whose database is in memory; raises DidNotStart."""
    url, secret = f"http://127.0.0.1:{free_port()}", secrets.token_urlsafe()
    environment = {
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "KC_BOOTSTRAP_ADMIN_CLIENT_ID": _ADMIN,
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": secret,
    }
    with (
        log.open("w", encoding="utf-8") as writing,
        child(_command(folder, url), writing, folder, environment) as process,
    ):
        wait_until(lambda: bool(discover(f"{url}/realms/master")), process, log, _PATIENCE)
        yield Keycloak(*(_add_realm(Realm(url, name, secret), folder) for name in (STEADY, ROTATING)))


def _command(folder: Path, url: str) -> list[str]:
    return [
        str(keycloak_home(folder) / "bin" / "kc.sh"),
        *("start", "--optimized", "--http-enabled=true", "--http-host=127.0.0.1", "--cache=local"),
        *(f"--http-port={urlsplit(url).port}", f"--hostname={url}"),
    ]


def _add_realm(realm: Realm, folder: Path) -> Realm:
    text = (folder / "realm.json").read_text(encoding="utf-8")
    body = json.loads(text.replace("REALM", realm.name).replace("SECRET", realm.secret))
    command(f"{realm.url}/admin/realms", "POST", _admin_token(realm.url, realm.secret), body)
    return realm


def _admin_token(url: str, secret: str) -> str:
    where = discover(f"{url}/realms/master")["token_endpoint"]
    token: str = ask(where, _ADMIN, secret, grant_type="client_credentials")["access_token"]
    return token
