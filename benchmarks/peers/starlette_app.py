"""A token exchange as a service would write it: PyJWT verifies, boto3 records, reads and signs, on Starlette.

It decides nothing: no mapping, no policy, no limits.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import boto3
import jwt
from jwt.utils import base64url_encode
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.peers.asgi import asked, serve


def exchange(about: dict[str, Any]) -> Callable[[bytes], dict[str, Any]]:
    """Of a form to an answer: the three calls one after the other, as boto3 makes them."""
    key = jwt.PyJWK(about["jwks"]["keys"][0]).key
    where = {"endpoint_url": about["endpoint"], "region_name": about["region"], **_named(about["credentials"])}
    dynamodb: Any = boto3.client("dynamodb", **where)
    kms: Any = boto3.client("kms", **where)
    header = base64url_encode(json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": "k-1"}).encode())
    documents = {about["trust"]: {"Keys": about["documents"], "ConsistentRead": True}}

    def answer(body: bytes) -> dict[str, Any]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        presented, issuer = form["subject_token"], about["issuer"]
        subject = jwt.decode(presented, key, ["RS256"], audience=about["audience"], issuer=issuer)["sub"]
        now, jti = int(time.time()), str(uuid.uuid4())
        whose = {"iss": about["audience"], "sub": subject, "aud": form["audience"], "client_id": subject}
        claims = {**whose, "iat": now, "exp": now + 120, "jti": jti, "scope": "risk:score:read"}
        signed = header + b"." + base64url_encode(json.dumps(claims).encode())
        entry = json.dumps({**claims, **about["entry"]})
        dynamodb.put_item(TableName=about["audit"], Item={"pk": {"S": jti}, "sk": {"S": "i"}, "entry": {"S": entry}})
        dynamodb.batch_get_item(RequestItems=documents)
        digest, algorithm = hashlib.sha256(signed).digest(), "RSASSA_PKCS1_V1_5_SHA_256"
        made = kms.sign(KeyId=about["key"], Message=digest, MessageType="DIGEST", SigningAlgorithm=algorithm)
        token = (signed + b"." + base64url_encode(made["Signature"])).decode()
        return {"access_token": token, "token_type": "Bearer", "expires_in": 120, "scope": claims["scope"]}

    return answer


def _named(credentials: dict[str, str]) -> dict[str, Any]:
    return {
        "aws_access_key_id": credentials["accessKeyId"],
        "aws_secret_access_key": credentials["secretAccessKey"],
        "aws_session_token": credentials["sessionToken"],
    }


def application(about: dict[str, Any]) -> Starlette:
    """One route."""
    answer = exchange(about)

    async def token(request: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(answer, await request.body()))

    return Starlette(routes=[Route("/token", token, methods=["POST"])])


if __name__ == "__main__":
    serve(application(asked()), "/token")
