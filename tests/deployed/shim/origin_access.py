"""A distribution signs what it asks of a function's URL, as the service that the function's own policy names.

CloudFront Developer Guide, "Restrict access to an AWS Lambda function URL origin". The engine asks unsigned.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core import iam_evaluator  # type: ignore[import-not-found]
from ministack.services import cloudfront, lambda_svc  # type: ignore[import-not-found]

_SERVICE = "cloudfront.amazonaws.com"
_SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=cloudfront/20260101/us-east-1/lambda/aws4_request"}
_ACTIONS = {"lambda:InvokeFunctionUrl": {"lambda:functionurlauthtype": "AWS_IAM"}, "lambda:InvokeFunction": {}}
"""What a URL needs since October 2025 -> condition keys."""


def install() -> None:
    """From now on."""
    cloudfront._fetch_from_origin = _signing(cloudfront._fetch_from_origin)


def _signing(fetch: Callable[..., Any]) -> Callable[..., Any]:
    async def ask(
        origin: Mapping[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        *rest: Any,
    ) -> Any:
        host = cloudfront._registered_function_url(origin) if origin.get("oac_id") else None
        if host is None:
            return await fetch(origin, method, uri, query, headers, body, *rest)
        return await _ask(host, method, uri, headers, rest[-1])

    return ask


async def _ask(host: str, method: str, uri: str, headers: Mapping[str, str], distribution: str) -> Any:
    url, path = app._parse_lambda_url(host, uri)
    arn, _, resolved = app._function_url_auth_target(url)
    if not _allowed(arn, distribution):
        return 403, HTTPStatus.FORBIDDEN.phrase, {"content-type": "application/json"}, b'{"Message":"Forbidden"}'
    status, answered, data = await lambda_svc.handle_function_url_request(
        url, method, path, {**headers, **_SIGNED, "host": host}, b"", {}, resolved=resolved, source_ip="127.0.0.1"
    )
    return status, HTTPStatus(status).phrase, cloudfront._multidict_from_pairs(answered.items()), data


def _allowed(function: str, distribution: str) -> bool:
    policy, account = lambda_svc.function_policy_for_arn(function)
    contexts = (_context(account, function, distribution, action, keys) for action, keys in _ACTIONS.items())
    decisions = (iam_evaluator.evaluate_resource_policy(policy, each, service=_SERVICE) for each in contexts)
    return all(each.decision == "Allow" for each in decisions)


def _context(account: str, function: str, distribution: str, action: str, keys: Mapping[str, str]) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account=account,
        action=action,
        resource_arn=function,
        region="us-east-1",
        service_context={"aws:sourcearn": distribution, "lambda:invokedviafunctionurl": "true", **keys},
    )
