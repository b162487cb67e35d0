#!/usr/bin/env bash
# google-auth 2.62.2: a token with 225 seconds left or fewer is refreshed before each call, even if it was made for less.
#
# google.auth.credentials calls a credential stale before it expires, by a fixed time that the token's own lifetime has no say in. A
# token service whose tokens live two minutes (RFC 6749 section 5.1 leaves `expires_in` to the server) sees one exchange for each call.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'google-auth[requests]==2.62.2'
"$folder/venv/bin/python" - <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import google.auth
from google.auth.identity_pool import Credentials, SubjectTokenSupplier
from google.auth.transport.requests import Request

exchanges = 0


class Sts(BaseHTTPRequestHandler):
    lifetime = 0

    def do_POST(self):
        global exchanges
        exchanges += 1
        self.rfile.read(int(self.headers["content-length"]))
        answer = {
            "access_token": f"token-{exchanges}",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Supplier(SubjectTokenSupplier):
    def get_subject_token(self, context, request):
        return "a.b.c"


server = HTTPServer(("127.0.0.1", 0), Sts)
Thread(target=server.serve_forever, daemon=True).start()


def calls(lifetime):
    """Exchanges for five calls."""
    global exchanges
    exchanges, Sts.lifetime = 0, lifetime
    credentials = Credentials(
        audience="api",
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        token_url=f"http://127.0.0.1:{server.server_port}/token",
        subject_token_supplier=Supplier(),
    )
    for _ in range(5):
        credentials.before_request(Request(), "GET", "https://api.example.com", {})
    return exchanges


seen = {lifetime: calls(lifetime) for lifetime in (120, 600)}
print(google.auth.__version__, "exchanges for five calls, by lifetime in seconds:", seen)
raise SystemExit(0 if seen == {120: 5, 600: 1} else "changed")
PYTHON
