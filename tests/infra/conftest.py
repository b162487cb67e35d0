"""The transformed template, as deployed without and with a domain."""

import pytest

from tests.support.lambda_template import CERTIFICATE, DOMAIN, Deployment, Template, nested, transform


@pytest.fixture(scope="session")
def template() -> Template:
    return transform()


@pytest.fixture(scope="session")
def deployment(template: Template) -> Deployment:
    return Deployment(template)


@pytest.fixture(scope="session")
def alarms(deployment: Deployment) -> Deployment:
    """What the deployment makes of infra/alarms.yaml."""
    return Deployment(nested("alarms"), **deployment.properties("Alarms")["Parameters"])


@pytest.fixture(scope="session")
def with_domain(template: Template) -> Deployment:
    return Deployment(template, DomainName=DOMAIN, CertificateArn=CERTIFICATE)
