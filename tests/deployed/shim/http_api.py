"""Routes, integrations and authorizers of an HTTP API's OpenAPI definition, which CloudFormation gives as `Body`.

API Gateway Developer Guide, "Working with OpenAPI definitions for HTTP APIs", "x-amazon-apigateway-integration" and
"x-amazon-apigateway-authorizer". An update imports the definition anew, as ReimportApi does.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.services import apigateway  # type: ignore[import-not-found]
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

_METHODS = {method.lower(): method for method in ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH")}
_METHODS["x-amazon-apigateway-any-method"] = "ANY"
_SIGNED = "awsSigv4"
_AUTHORIZER = "x-amazon-apigateway-authorizer"


def install() -> None:
    """From now on an API has the routes of its definition."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    handlers["create"] = _creating(handlers["create"])
    handlers["update"] = _updating(handlers["update"])


def _creating(create: Callable[..., Any]) -> Callable[..., Any]:
    def make(logical_id: str, properties: Mapping[str, Any], stack: str) -> Any:
        api, attributes = create(logical_id, properties, stack)
        _import(api, properties.get("Body") or {})
        return api, attributes

    return make


def _updating(update: Callable[..., Any]) -> Callable[..., Any]:
    def change(api: str, before: Mapping[str, Any], after: Mapping[str, Any], *rest: Any) -> Any:
        api, attributes = update(api, before, after, *rest)
        _import(api, after.get("Body") or {})
        return api, attributes

    return change


def _import(api: str, definition: Mapping[str, Any]) -> None:
    apigateway._routes[api], apigateway._integrations[api] = {}, {}
    record = apigateway._apis[api]
    record["name"] = definition.get("info", {}).get("title", record["name"])
    schemes = definition.get("components", {}).get("securitySchemes", {})
    signed = {name for name, one in schemes.items() if one.get("x-amazon-apigateway-authtype") == _SIGNED}
    asked = {name: _authorizer(api, one[_AUTHORIZER]) for name, one in schemes.items() if _AUTHORIZER in one}
    for path, method, operation in _operations(definition):
        target = _integration(api, operation["x-amazon-apigateway-integration"])
        needs = {name for each in operation.get("security", []) for name in each}
        authorization: dict[str, str] = {"authorizationType": "AWS_IAM" if needs & signed else "NONE"}
        for name in needs & asked.keys():
            authorization = {"authorizationType": "CUSTOM", "authorizerId": asked[name]}
        apigateway._create_route(api, {"routeKey": f"{method} {path}", "target": target, **authorization})


def _authorizer(api: str, asked: Mapping[str, Any]) -> str:
    """Its id. The definition's members are those of CreateAuthorizer, but for its type."""
    made = apigateway._create_authorizer(api, {**asked, "authorizerType": asked["type"].upper()})
    return str(json.loads(made[2])["authorizerId"])


def _operations(definition: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, members in definition.get("paths", {}).items():
        for name, operation in members.items():
            if name in _METHODS:
                yield path, _METHODS[name], operation


def _integration(api: str, asked: Mapping[str, Any]) -> str:
    made = apigateway._create_integration(
        api,
        {
            "integrationType": asked["type"].upper(),
            "integrationUri": asked["uri"],
            "integrationMethod": asked.get("httpMethod", "POST"),
            "payloadFormatVersion": asked.get("payloadFormatVersion", "2.0"),
            "timeoutInMillis": asked.get("timeoutInMillis", 30_000),
        },
    )
    return f"integrations/{json.loads(made[2])['integrationId']}"
