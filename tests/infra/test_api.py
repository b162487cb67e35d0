import json
import re

import pytest

from tests.support.lambda_template import DOMAIN, Deployment, Json, Template

EXECUTE_API = "https://HttpApi.execute-api.<AWS::Region>.<AWS::URLSuffix>"


def integrations(deployment: Deployment) -> dict[tuple[str, str], dict[str, Json]]:
    """(method, path) -> integration."""
    paths = deployment.properties("HttpApi")["Body"]["paths"]
    return {
        (method, path): operation["x-amazon-apigateway-integration"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def disabled(deployment: Deployment) -> bool:
    (server,) = deployment.properties("HttpApi")["Body"]["servers"]
    return bool(server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"])


def test_the_routes_are_these(deployment: Deployment) -> None:
    assert {key: integration["type"] for key, integration in integrations(deployment).items()} == {
        ("x-amazon-apigateway-any-method", "/token"): "aws_proxy",
        ("post", "/iam/token"): "aws_proxy",
        ("x-amazon-apigateway-any-method", "/introspect"): "aws_proxy",
        ("x-amazon-apigateway-any-method", "/revoke"): "aws_proxy",
        ("x-amazon-apigateway-any-method", "/events"): "aws_proxy",
        ("get", "/health"): "aws_proxy",
        ("get", "/authorize"): "aws_proxy",
        ("x-amazon-apigateway-any-method", "/issuers/{id}/keys"): "aws_proxy",
        ("x-amazon-apigateway-any-method", "/admin/v1/{proxy+}"): "aws_proxy",
        ("get", "/.well-known/{document}"): "http_proxy",
    }


@pytest.mark.parametrize(
    ("route", "function"),
    [
        (("x-amazon-apigateway-any-method", "/token"), "TokenFunction"),
        (("post", "/iam/token"), "TokenFunction"),
        (("x-amazon-apigateway-any-method", "/introspect"), "IntrospectFunction"),
        (("x-amazon-apigateway-any-method", "/revoke"), "RevokeFunction"),
        (("x-amazon-apigateway-any-method", "/events"), "EventsFunction"),
        (("get", "/health"), "HealthFunction"),
        (("get", "/authorize"), "HealthFunction"),
        (("x-amazon-apigateway-any-method", "/issuers/{id}/keys"), "IssuerKeysFunction"),
        (("x-amazon-apigateway-any-method", "/admin/v1/{proxy+}"), "AdminFunction"),
    ],
)
def test_a_route_leads_to_the_function_of_that_name(
    deployment: Deployment, route: tuple[str, str], function: str
) -> None:
    integration = integrations(deployment)[route]
    name = deployment.properties(function)["FunctionName"]
    alias = ":live" if function == "TokenFunction" else ""
    assert integration["uri"].endswith(f":function:{name}{alias}/invocations")
    assert integration["payloadFormatVersion"] == "2.0"


def test_every_route_to_a_function_is_permitted_and_no_other(deployment: Deployment) -> None:
    permissions = deployment.of_type("AWS::Lambda::Permission").values()
    sources = {each["SourceArn"].split("/", 1)[1] for each in permissions if "execute-api" in each["SourceArn"]}
    assert sources == {
        "*/*/token",
        "*/POST/iam/token",
        "*/*/introspect",
        "*/*/revoke",
        "*/*/events",
        "*/GET/health",
        "*/GET/authorize",
        "*/*/issuers/*/keys",
        "*/*/admin/v1/*",
    }


def test_an_aws_signature_is_asked_for_on_its_own_route_and_nowhere_else(deployment: Deployment) -> None:
    body = deployment.properties("HttpApi")["Body"]
    secured = {
        (method, path): operation["security"]
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    assert secured == {("post", "/iam/token"): [{"aws": []}]}
    scheme = body["components"]["securitySchemes"]["aws"]
    assert (scheme["in"], scheme["name"]) == ("header", "Authorization")
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_public_documents_come_from_the_distribution_over_https(deployment: Deployment) -> None:
    documents = integrations(deployment)["get", "/.well-known/{document}"]
    assert documents["uri"] == "https://Documents.Outputs.Host/.well-known/{document}"


def test_K2_with_a_domain_the_default_host_is_shut(with_domain: Deployment) -> None:
    assert disabled(with_domain)


def test_without_a_domain_the_default_host_answers(deployment: Deployment) -> None:
    assert not disabled(deployment)


def test_without_a_domain_there_is_nothing_of_one(deployment: Deployment) -> None:
    assert not {"Domain", "DomainMapping", "DomainRecord"} & deployment.resources.keys()
    assert "DomainTarget" not in deployment.outputs


def test_a_domain_leads_to_the_api_over_current_tls(with_domain: Deployment) -> None:
    domain = with_domain.properties("Domain")
    assert (domain["DomainName"], domain["DomainNameConfigurations"][0]["SecurityPolicy"]) == (DOMAIN, "TLS_1_2")
    mapping = with_domain.properties("DomainMapping")
    assert (mapping["ApiId"], mapping["DomainName"]) == ("HttpApi", "Domain")
    assert "ApiMappingKey" not in mapping, "a base path would not be part of the issuer URL"


def test_dns_is_written_only_where_its_zone_is_ours(template: Template, with_domain: Deployment) -> None:
    assert "DomainRecord" not in with_domain.resources
    with_zone = Deployment(template, DomainName=DOMAIN, CertificateArn="arn", HostedZoneId="Z1")
    assert with_zone.properties("DomainRecord")["HostedZoneId"] == "Z1"


def test_a_domain_without_certificate_is_refused_before_anything_is_created(template: Template) -> None:
    rule = template["Rules"]["DomainNeedsCertificate"]
    assert "DomainName" in json.dumps(rule["RuleCondition"])
    assert "CertificateArn" in json.dumps(rule["Assertions"])


def test_the_issuer_is_the_domain_or_the_default_host(deployment: Deployment, with_domain: Deployment) -> None:
    for deployed, issuer in ((deployment, EXECUTE_API), (with_domain, f"https://{DOMAIN}")):
        outputs = {name: output["Value"] for name, output in deployed.outputs.items()}
        assert outputs["IssuerUrl"] == issuer
        assert outputs["TokenEndpoint"] == f"{issuer}/token"
        assert outputs["JwksUri"] == f"{issuer}/.well-known/jwks.json"
        variables = deployed.properties("TokenFunction")["Environment"]["Variables"]
        assert variables["FEDERATION_ISSUER"] == issuer


def test_G4_the_access_log_holds_no_path_no_query_and_no_header(deployment: Deployment) -> None:
    settings = deployment.properties("HttpApiApiGatewayDefaultStage")["AccessLogSettings"]
    assert settings["DestinationArn"] == "AccessLogGroup"
    assert json.loads(settings["Format"])["requestId"] == "$context.requestId"
    assert set(re.findall(r"\$context\.([A-Za-z.]+)", settings["Format"])) == {
        "requestId",
        "requestTime",
        "identity.sourceIp",
        "routeKey",
        "protocol",
        "status",
        "responseLatency",
        "responseLength",
        "error.responseType",
    }


def test_requests_are_throttled_below_the_quota_of_kms(deployment: Deployment) -> None:
    stage = deployment.properties("HttpApiApiGatewayDefaultStage")
    assert stage["StageName"] == "$default", "a stage name would be part of every path"
    settings = stage["DefaultRouteSettings"]
    assert 0 < int(settings["ThrottlingRateLimit"]) < 1000
    assert 0 < int(settings["ThrottlingBurstLimit"]) < 1000
