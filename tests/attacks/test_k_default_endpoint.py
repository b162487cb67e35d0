"""Group K: no way around mutual TLS."""

import pytest

from tests.support.lambda_template import CERTIFICATE, DOMAIN, Deployment, Template, transform

MTLS = "mtls.federation.example.com"
TRUSTSTORE = "s3://acme-trust/authorities.pem"


@pytest.fixture(scope="module")
def template() -> Template:
    return transform()


def test_K2_with_a_domain_the_default_endpoint_is_shut(template: Template) -> None:
    deployment = Deployment(template, DomainName=DOMAIN, CertificateArn=CERTIFICATE)
    (server,) = deployment.properties("HttpApi")["Body"]["servers"]
    assert server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"] is True


def test_K2_the_host_for_certificates_demands_them(template: Template) -> None:
    deployment = Deployment(
        template,
        DomainName=DOMAIN,
        CertificateArn=CERTIFICATE,
        MtlsDomainName=MTLS,
        MtlsCertificateArn=CERTIFICATE,
        MtlsTruststoreUri=TRUSTSTORE,
    )
    assert deployment.properties("MtlsDomain")["MutualTlsAuthentication"] == {"TruststoreUri": TRUSTSTORE}
    assert "MutualTlsAuthentication" not in deployment.properties("Domain")


def test_K2_without_a_host_for_certificates_there_is_none(template: Template) -> None:
    domains = Deployment(template).of_type("AWS::ApiGatewayV2::DomainName")
    assert not domains
