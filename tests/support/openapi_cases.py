"""Generated requests of the admin API, aimed at what is there: a random id or version is nobody's."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import schemathesis

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.client.http import send
from federation.local.admin_token import NoAdminToken, request_admin_token
from federation.local.issuers.loopback import IssuerKey

KINDS = ("issuers", "mappings", "audiences", "clients", "policies", "zones")
OK = 200

AskedFor: TypeAlias = "schemathesis.APIOperation[Any, Any, Any, Any]"
Asked: TypeAlias = "schemathesis.Case[Any]"


@dataclass(slots=True)
class FuzzedApi:
    """A bridge, an admin of it, and what it says of itself."""

    url: str
    key: IssuerKey
    document: Any
    token: str = ""

    def renew(self) -> None:
        """Fuzzing finds out how to revoke every token that there is."""
        while not self._opens():
            time.sleep(0.2)  # what was issued in the second of a revocation is revoked with the rest
            with suppress(NoAdminToken):
                self.token = request_admin_token(self.url, self.key)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def aim(self, case: Asked, *, hit: bool) -> None:
        """Whoever asks must name a version, by one of two headers; `hit`: that of a document which is there."""
        variables = dict(case.path_parameters or {})
        plural = self._plural(case.operation.path, variables)
        if "id" in variables and plural:
            body = case.body if isinstance(case.body, dict) else {}
            stored = self._stored(plural) if hit else None
            variables["id"] = stored["document"]["id"] if stored else body.get("id", variables["id"])
            case.path_parameters = variables
            self._meet_precondition(case, stored)
            if stored and case.operation.method == "put":
                case.body = {**stored["document"], "description": body.get("description", "")}
        if hit and case.query:
            case.query = {name: value for name, value in case.query.items() if name != "cursor"}

    def _opens(self) -> bool:
        return bool(self.token) and send(f"{self.url}/admin/v1/issuers", "GET", headers=self.headers).status == OK

    @staticmethod
    def _plural(path: str, variables: dict[str, Any]) -> str | None:
        named = str(variables.get("kind", path.split("/")[3]))
        return named if named in KINDS else None

    def _stored(self, plural: str) -> dict[str, Any] | None:
        """None once the fuzzer deleted them all."""
        items = AdminApi(self.url, Credential(self.token, None)).get(f"/{plural}", {"limit": "1"}).members["items"]
        return next(iter(items), None)

    @staticmethod
    def _meet_precondition(case: Asked, stored: dict[str, Any] | None) -> None:
        parameters = case.operation.definition.raw.get("parameters", [])
        if all(parameter["name"] != "If-Match" for parameter in parameters):
            return
        case.headers.pop("If-None-Match", None)
        if stored:
            case.headers["If-Match"] = stored["etag"]
        elif "If-Match" not in case.headers:
            case.headers["If-None-Match"] = "*"
