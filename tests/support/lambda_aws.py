"""AWS over HTTP in a process of its own, for functions that run in another.

`python -m tests.support.lambda_aws ROLES` prints one line of JSON, `{"endpoint": ..., "settings": {...}}`, and answers
until its standard input ends. ROLES is JSON, access key id -> statements: whoever signs with that key may do no more.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from functools import partial
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

from federation.local.embedded_aws import EmbeddedAws
from tests.support.lambda_iam import Access, AwsRequest, accesses, allows
from tests.support.lambda_template import Statement
from tests.support.moto_over_http import MotoHandler

LOGICAL_IDS = {
    "FEDERATION_TRUST_TABLE": "TrustTable",
    "FEDERATION_STATE_TABLE": "StateTable",
    "FEDERATION_AUDIT_TABLE": "AuditTable",
    "FEDERATION_DOCUMENTS_BUCKET": "DocumentsBucket",
    "FEDERATION_SIGNING_KEY": "SigningKey",
}


class Roles:
    """Who may do what; a key without a role may do anything."""

    def __init__(self, roles: Mapping[str, list[list[Any]]], settings: Mapping[str, str]) -> None:
        self._roles = {who: [Statement(*each) for each in statements] for who, statements in roles.items()}
        self._names = {settings[setting]: logical_id for setting, logical_id in LOGICAL_IDS.items()}

    def refused(self, who: str, request: AwsRequest) -> list[Access]:
        """What the request needs and the role does not have."""
        if who not in self._roles:
            return []
        return [each for each in accesses(request, self._names) if not allows(self._roles[who], each)]


class Handler(MotoHandler):
    """Beside that, whoever signs may do what its role allows and no more."""

    def __init__(self, roles: Roles, *connection: Any) -> None:  # noqa: ANN401 - what http.server passes on
        self._roles = roles
        super().__init__(*connection)

    def respond(self, scope: re.Match[str], body: bytes) -> None:
        target = self.headers.get("x-amz-target", "")
        request = AwsRequest(scope["service"], self.command, self.path, target, body)
        refused = self._roles.refused(scope["who"], request)
        if not refused:
            super().respond(scope, body)
            return
        message = json.dumps({"__type": "AccessDeniedException", "message": str(refused)})
        self.write(400, {"content-type": "application/x-amz-json-1.0"}, message.encode())


def main(roles: str) -> None:
    with EmbeddedAws(os.environ) as settings:
        handler = partial(Handler, Roles(json.loads(roles), settings))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=server.serve_forever, daemon=True).start()
        about = {"endpoint": f"http://127.0.0.1:{server.server_port}", "settings": dict(settings)}
        print(json.dumps(about), flush=True)  # noqa: T201 - how the parent learns of it
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
