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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from federation.local.embedded_aws import EmbeddedAws
from tests.support.lambda_iam import Access, AwsRequest, accesses, allows
from tests.support.lambda_template import Statement

LOGICAL_IDS = {
    "FEDERATION_TRUST_TABLE": "TrustTable",
    "FEDERATION_STATE_TABLE": "StateTable",
    "FEDERATION_AUDIT_TABLE": "AuditTable",
    "FEDERATION_DOCUMENTS_BUCKET": "DocumentsBucket",
    "FEDERATION_SIGNING_KEY": "SigningKey",
}

_SCOPE = re.compile(r"Credential=(?P<who>[^/]+)/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")
_OUR_OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}


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


class Handler(BaseHTTPRequestHandler):
    """Hands a signed request to what answers botocore in this process, at the address that it was signed for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, roles: Roles, *connection: Any) -> None:  # noqa: ANN401 - what http.server passes on
        self._roles = roles
        super().__init__(*connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        scope = _SCOPE.search(self.headers["authorization"])
        if scope is None:
            raise ValueError("the request is not signed")
        target = self.headers.get("x-amz-target", "")
        request = AwsRequest(scope["service"], self.command, self.path, target, body)
        refused = self._roles.refused(scope["who"], request)
        if refused:
            message = json.dumps({"__type": "AccessDeniedException", "message": str(refused)})
            self._write(400, {"content-type": "application/x-amz-json-1.0"}, message.encode())
        else:
            answer = self._answer(f"https://{scope['service']}.{scope['region']}.amazonaws.com{self.path}", body)
            self._write(answer.status_code, answer.headers, answer.content)

    do_GET = do_PUT = do_POST  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""

    def _answer(self, url: str, body: bytes) -> Any:  # noqa: ANN401 - what moto makes in the place of a response
        headers = HTTPHeaders.from_pairs(self.headers.items())
        request = AWSPreparedRequest(self.command, url, headers, body, stream_output=False)
        _, response = boto3.client("sts").meta.events.emit_until_response("before-send", request=request)
        return response

    def _write(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _OUR_OWN:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


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
