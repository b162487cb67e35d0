"""Which URLs are endpoints of AWS STS."""

import pytest

from federation.verification.aws_request.verifier import StsEndpoint, read_endpoint


@pytest.mark.parametrize(
    ("url", "region", "partition"),
    [
        ("https://sts.us-east-1.amazonaws.com", "us-east-1", "aws"),
        ("https://sts.eu-central-1.amazonaws.com", "eu-central-1", "aws"),
        ("https://sts.ap-southeast-7.amazonaws.com", "ap-southeast-7", "aws"),
        ("https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov"),
        ("https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn"),
        ("http://127.0.0.1:8080", "us-east-1", "aws"),
        ("http://localhost", "us-east-1", "aws"),
    ],
)
def test_a_regional_endpoint_is_of_one_region_and_one_partition(url: str, region: str, partition: str) -> None:
    assert read_endpoint(url) == StsEndpoint(region, partition)


@pytest.mark.parametrize(
    "url",
    [
        *("https://sts.amazonaws.com", "https://amazonaws.com", "https://sts.us-east-1.amazonaws.com/"),
        *("https://sts.us-east-1.amazonaws.com:443", "https://STS.us-east-1.amazonaws.com", "https://us-east-1.com"),
        *("http://sts.us-east-1.amazonaws.com", "https://iam.us-east-1.amazonaws.com", "https://sts..amazonaws.com"),
        *("https://sts.us-east-1.amazonaws.com.example.net", "https://example.net/sts.us-east-1.amazonaws.com"),
        *(
            "https://sts.us-east-1xamazonaws.com",
            "https://x.sts.us-east-1.amazonaws.com",
            "https://sts.*.amazonaws.com",
        ),
        *("https://sts.us-east-1.amazonaws.com.cn", "https://sts.cn-north-1.amazonaws.com", "https://127.0.0.1"),
        *(
            "http://127.0.0.1.example.net",
            "http://127.0.0.2",
            "http://127.0.0.1:0",
            "http://127.0.0.1/",
            "http://[::1]",
        ),
        *("https://sts.us-east-1.amazonaws.com\n", "https://sts.us-east-\u0661.amazonaws.com", ""),
    ],
)
def test_nothing_else_is_one(url: str) -> None:
    assert read_endpoint(url) is None
