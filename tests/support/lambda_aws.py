"""AWS over HTTP in a process of its own, for functions that run in another: `python -m tests.support.lambda_aws`.

Prints one line of JSON, `{"endpoint": ..., "settings": {...}}`, and answers until its standard input ends.
"""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from federation.local.embedded_aws import EmbeddedAws

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")
_OUR_OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Request(BaseHTTPRequestHandler):
    """Hands a signed request to what answers botocore in this process, at the address that it was signed for."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        answer = self._answer()
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _OUR_OWN:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_PUT = do_POST  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""

    def _answer(self) -> Any:  # noqa: ANN401 - what moto makes in the place of botocore's response
        scope = _SCOPE.search(self.headers["authorization"])
        if scope is None:
            raise ValueError("the request is not signed")
        url = f"https://{scope['service']}.{scope['region']}.amazonaws.com{self.path}"
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = AWSPreparedRequest(
            self.command, url, HTTPHeaders.from_pairs(self.headers.items()), body, stream_output=False
        )
        _, response = boto3.client("sts").meta.events.emit_until_response("before-send", request=request)
        return response


def main() -> None:
    with EmbeddedAws(os.environ) as settings:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        Thread(target=server.serve_forever, daemon=True).start()
        about = {"endpoint": f"http://127.0.0.1:{server.server_port}", "settings": dict(settings)}
        print(json.dumps(about), flush=True)  # noqa: T201 - how the parent learns of it
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
