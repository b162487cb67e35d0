"""The rates of a deployment are those that the function reads, and nothing that it would refuse can be deployed."""

import re
from typing import Any

import pytest

from federation.local.routes import load_template
from federation.model.trust import RateLimit
from federation.settings import (
    ADDRESS_RATE,
    ADMIN_RATE,
    ADMIN_TENANT_RATE,
    ISSUER_RATE,
    TENANT_RATE,
    Settings,
    read_settings,
)
from tests.support.lambda_template import Deployment, Template

RATES = ("IssuerRate", "TenantRate", "AddressRate", "AdminRate", "AdminTenantRate")
KMS_SIGNATURES = 1000
"""A second, by RSA keys: the quota of an account where nobody has asked for more."""


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    parameters: dict[str, Any] = load_template()["Parameters"]
    return parameters


def settings_of(template: Template, function: str = "TokenFunction", **parameters: str) -> Settings:
    return read_settings(Deployment(template, **parameters).properties(function)["Environment"]["Variables"])


def admin_rates(template: Template, **parameters: str) -> tuple[RateLimit, RateLimit]:
    settings = settings_of(template, "AdminFunction", **parameters)
    return settings.admin_rate, settings.admin_tenant_rate


def rates(settings: Settings) -> tuple[RateLimit, RateLimit, RateLimit]:
    return settings.issuer_rate, settings.tenant_rate, settings.address_rate


def test_the_defaults_are_those_of_the_code(template: Template) -> None:
    settings = settings_of(template)
    assert rates(settings) == (ISSUER_RATE, TENANT_RATE, ADDRESS_RATE)
    assert admin_rates(template) == (ADMIN_RATE, ADMIN_TENANT_RATE)


def test_a_deployment_decides_otherwise(template: Template) -> None:
    settings = settings_of(template, IssuerRate="7/8", TenantRate="9/9", AddressRate="5/6")
    assert rates(settings) == (RateLimit(7, 8), RateLimit(9, 9), RateLimit(5, 6))
    told = admin_rates(template, AdminRate="1/2", AdminTenantRate="3/4")
    assert told == (RateLimit(1, 2), RateLimit(3, 4))


def test_nobody_may_have_more_than_half_of_what_the_gateway_lets_in(parameters: dict[str, Any]) -> None:
    """Its limit knows no callers, so one of them alone must not come near it."""
    gateway = parameters["RequestsPerSecond"]["Default"]
    assert gateway < KMS_SIGNATURES
    for name in RATES:
        per_second, burst = map(int, parameters[name]["Default"].split("/"))
        assert max(per_second, burst) <= gateway / 2


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize(
    ("rate", "fits"), [("1/1", True), ("99999/99999", True), ("0/1", False), ("1/0", False), ("5", False)]
)
def test_what_cannot_be_read_cannot_be_deployed(parameters: dict[str, Any], name: str, rate: str, fits: bool) -> None:
    assert bool(re.fullmatch(parameters[name]["AllowedPattern"], rate)) is fits
