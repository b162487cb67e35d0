import boto3
import pytest
from botocore.config import Config

from federation.aws.errors import AwsUnusable
from federation.aws.lean.endpoints import place_of, region_in
from federation.local.embedded_aws import sealed_environment

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")


def regions(service: str) -> list[str]:
    session = boto3.session.Session()
    return [name for partition in PARTITIONS for name in session.get_available_regions(service, partition)]


@pytest.mark.parametrize("service", ["dynamodb", "kms"])
def test_every_region_is_where_botocore_finds_it(service: str) -> None:
    with sealed_environment(None):
        found = regions(service)
        assert len(found) > 30
        for region in found:
            client = boto3.client(
                service,  # type: ignore[call-overload]
                region_name=region,
                config=Config(account_id_endpoint_mode="disabled"),
            )
            assert f"https://{place_of(service, region, {}).authority}" == client.meta.endpoint_url


def test_the_environment_may_say_where_a_service_is() -> None:
    everywhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_KMS": "https://kms.example.com/"}
    assert place_of("dynamodb", "us-east-1", everywhere).authority == "127.0.0.1:4566"
    assert place_of("kms", "us-east-1", everywhere).authority == "kms.example.com"


@pytest.mark.parametrize("url", ["example.com", "ftp://h", "http://", "http://h/path", "http://h:x", "http://h?q=1"])
def test_an_address_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(AwsUnusable, match="AWS_ENDPOINT_URL"):
        place_of("kms", "us-east-1", {"AWS_ENDPOINT_URL": url})


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": ""}, {"AWS_REGION": "a.b"}, {"AWS_REGION": "x/y"}])
def test_a_region_that_is_none_is_said_at_once(environment: dict[str, str]) -> None:
    with pytest.raises(AwsUnusable, match="AWS_REGION"):
        region_in(environment)


def test_the_region_is_lambdas_own() -> None:
    assert region_in({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}) == "eu-west-1"
    assert region_in({"AWS_DEFAULT_REGION": "us-east-1"}) == "us-east-1"


def test_the_hosts_of_fips_are_asked_for_by_the_environment() -> None:
    assert place_of("kms", "us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true"}).host == "kms-fips.us-east-1.amazonaws.com"
