"""What a deployment may ask for beyond the default, and that the default has none of it."""

import json

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]

from functions.edge import SECRET, SHOWN, VIEWER
from tests.infra.test_functions import FUNCTIONS
from tests.infra.test_packages import described
from tests.support.lambda_template import CERTIFICATE, DOMAIN, ROOT, Deployment, Json, Template

PROFILE = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/bridge/1"
UNSIGNED = {"NotFoundFunction"}
"""Holds no rights and its text stands in the template: it needs no network, and there is nothing to sign."""
OUTSIDE = {"ProbeFunction"}
"""Attacks from where strangers are."""
ENDPOINTS = {"cloudwatch": "monitoring", "resourcegroupstaggingapi": "tagging"}
"""Where a service's endpoint has another name than botocore's folder."""


def _functions(deployment: Deployment) -> dict[str, dict[str, Json]]:
    found = deployment.of_type("AWS::Lambda::Function")
    return {name: found[name] for name in found.keys() - UNSIGNED}


def test_nothing_of_it_is_there_by_default(deployment: Deployment) -> None:
    for function in _functions(deployment).values():
        assert function.keys().isdisjoint({"VpcConfig", "CodeSigningConfigArn", "ReservedConcurrentExecutions"})
    assert deployment.resources.keys().isdisjoint({"ClosedNetwork", "SignedCode"})


def test_every_function_moves_into_the_closed_network_with_the_right_to_be_connected(template: Template) -> None:
    deployment = Deployment(template, Network="closed", EgressHosts="login.example.com")
    for name, function in _functions(deployment).items():
        role = deployment.properties(function["Role"])
        if name in OUTSIDE:
            assert "VpcConfig" not in function
            assert not role.get("ManagedPolicyArns")
            continue
        assert function["VpcConfig"]["SecurityGroupIds"] == ["ClosedNetwork.Outputs.SecurityGroup"], name
        assert role["ManagedPolicyArns"] == ["ClosedNetwork.Outputs.InterfacePolicy"]
    assert deployment.properties("ClosedNetwork")["Parameters"] == {"EgressHosts": "login.example.com"}


def test_every_function_refuses_code_that_the_profile_did_not_sign(template: Template) -> None:
    deployment = Deployment(template, CodeSigningProfile=PROFILE)
    assert {function["CodeSigningConfigArn"] for function in _functions(deployment).values()} == {"SignedCode"}
    signed = deployment.properties("SignedCode")
    assert signed["AllowedPublishers"] == {"SigningProfileVersionArns": [PROFILE]}
    assert signed["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}


def test_the_token_function_alone_has_processes_reserved(template: Template) -> None:
    functions = _functions(Deployment(template, TokenConcurrency="40"))
    reserved = {name: one.get("ReservedConcurrentExecutions") for name, one in functions.items()}
    assert {name: number for name, number in reserved.items() if number} == {"TokenFunction": "40"}
    told = {name: one["Environment"]["Variables"].get("FEDERATION_TOKEN_PROCESSES") for name, one in functions.items()}
    assert {name: number for name, number in told.items() if number} == {"TokenFunction": "40"}


def test_a_web_acl_stands_before_the_api_and_the_functions_know_what_came_through(template: Template) -> None:
    given = {"DomainName": DOMAIN, "CertificateArn": CERTIFICATE, "HostedZoneId": "Z1", "WebAclArn": "acl"}
    deployment = Deployment(template, **given, EdgeCertificateArn=CERTIFICATE)
    edge = deployment.properties("Edge")["Parameters"]
    assert (edge["WebAclArn"], edge["ApiDomain"]) == ("acl", "Domain.RegionalDomainName")
    variables = [one["Environment"]["Variables"] for one in _functions(deployment).values()]
    assert {each[SECRET] for each in variables if SECRET in each} == {"{{resolve:secretsmanager:Edge.Outputs.Secret}}"}
    (record,) = deployment.properties("DomainRecord")["RecordSets"]
    assert record["AliasTarget"]["DNSName"] == "Edge.Outputs.Host"
    assert {"WebAclNeedsDomain"} <= template["Rules"].keys()


def test_without_one_there_is_no_cdn_and_no_secret(with_domain: Deployment) -> None:
    assert "Edge" not in with_domain.resources
    variables = with_domain.properties("TokenFunction")["Environment"]["Variables"]
    assert variables[SECRET] == ""


def test_the_cdn_caches_nothing_and_says_who_asked_and_that_it_was_the_cdn() -> None:
    edge = Deployment(_loaded("edge.yaml"), DomainName=DOMAIN, CertificateArn="c", WebAclArn="acl", ApiDomain="api")
    distribution = edge.properties("Distribution")["DistributionConfig"]
    assert (distribution["WebACLId"], distribution["Aliases"]) == ("acl", [DOMAIN])
    (origin,) = distribution["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header == {"HeaderName": SHOWN, "HeaderValue": "{{resolve:secretsmanager:Secret}}"}
    behaviour = distribution["DefaultCacheBehavior"]
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4bdb84a86d6f"
    headers = edge.properties(behaviour["OriginRequestPolicyId"])["OriginRequestPolicyConfig"]["HeadersConfig"]
    assert [each.lower() for each in headers["Headers"]] == [VIEWER]


def _loaded(name: str) -> Template:
    loaded: Template = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "infra" / name))))
    return loaded


@pytest.fixture(scope="module")
def network() -> Template:
    return _loaded("network.yaml")


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, "FirstAdminFunction"} - OUTSIDE))
def test_every_service_that_a_function_calls_has_an_endpoint(network: Template, name: str) -> None:
    endpoints = Deployment(network).of_type("AWS::EC2::VPCEndpoint").values()
    there = {one["ServiceName"].rpartition(".")[2] for one in endpoints}
    assert {ENDPOINTS.get(service, service) for service in described(name) | {"sts"}} <= there


def test_a_closed_network_without_hosts_has_no_way_out(network: Template) -> None:
    closed = Deployment(network)
    assert closed.of_type("AWS::EC2::Route") == {}
    assert closed.of_type("AWS::EC2::InternetGateway") == closed.of_type("AWS::EC2::NatGateway") == {}
    names = closed.properties("AllowedNames")["Domains"]
    assert names == ["*.amazonaws.com"]


def test_the_only_way_out_is_through_the_firewall_to_the_hosts_that_are_named(network: Template) -> None:
    egress = Deployment(network, EgressHosts="login.example.com,keys.example.net")
    source = egress.properties("Allowed")["RuleGroup"]["RulesSource"]["RulesSourceList"]
    assert source == {
        "GeneratedRulesType": "ALLOWLIST",
        "TargetTypes": ["TLS_SNI"],
        "Targets": ["login.example.com", "keys.example.net"],
    }
    policy = egress.properties("FirewallPolicy")["FirewallPolicy"]
    assert policy["StatefulDefaultActions"] == ["aws:drop_established", "aws:alert_established"]
    assert policy["StatefulEngineOptions"] == {"RuleOrder": "STRICT_ORDER"}
    for zone in "AB":
        out, back = (egress.properties(name) for name in (f"FunctionRoutes{zone}Out", f"PublicRoutes{zone}Back"))
        assert out.keys().isdisjoint({"GatewayId", "NatGatewayId"})
        assert f"Firewall{zone}.EndpointIds" in json.dumps(out["VpcEndpointId"])
        assert out["VpcEndpointId"] == back["VpcEndpointId"]


def test_no_other_name_resolves(network: Template) -> None:
    egress = Deployment(network, EgressHosts="login.example.com")
    assert egress.properties("AllowedNames")["Domains"] == ["*.amazonaws.com", "login.example.com"]
    first, second = egress.properties("Names")["FirewallRules"]
    assert (first["Action"], second["Action"]) == ("ALLOW", "BLOCK")
    assert egress.properties(second["FirewallDomainListId"])["Domains"] == ["*"]


def test_endpoints_serve_our_own_account_alone_but_for_the_callers_who_say_who_they_are(network: Template) -> None:
    endpoints = Deployment(network).of_type("AWS::EC2::VPCEndpoint")
    for name, endpoint in endpoints.items():
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        if name == "StsEndpoint":
            assert statement["Action"] == "sts:GetCallerIdentity"
        else:
            own = {"aws:PrincipalAccount": "AWS::AccountId", "aws:ResourceAccount": "AWS::AccountId"}
            assert statement["Condition"] == {"StringEquals": own}
