"""The transformed template, as deployed without and with a domain."""

import pytest

from tests.support.lambda_template import CERTIFICATE, DOMAIN, Deployment, Template, transform


@pytest.fixture(scope="session")
def template() -> Template:
    return transform()


@pytest.fixture(scope="session")
def deployment(template: Template) -> Deployment:
    return Deployment(template)


@pytest.fixture(scope="session")
def alarms(deployment: Deployment) -> Deployment:
    """What the deployment makes of infra/alarms.yaml."""
    return deployment.nested("Alarms")


@pytest.fixture(scope="session")
def documents(deployment: Deployment) -> Deployment:
    """What the deployment makes of infra/documents.yaml."""
    return deployment.nested("Documents")


@pytest.fixture(scope="session")
def with_domain(template: Template) -> Deployment:
    return Deployment(template, DomainName=DOMAIN, CertificateArn=CERTIFICATE)
