"""Where a service of a region is, as botocore finds it: by the partition, or where the environment says."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from federation.aws.errors import AwsUnusable
from federation.aws.lean.transport import Place

_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isof-": "csp.hci.ic.gov",
}
"""Beginning of a region's name -> what its partition's hosts end with, where that is not amazonaws.com."""


def region_in(environment: Mapping[str, str]) -> str:
    """Raises AwsUnusable."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    if not region.replace("-", "").isalnum() or not region.isascii():
        raise AwsUnusable("AWS_REGION names no region")
    return region


def place_of(service: str, region: str, environment: Mapping[str, str]) -> Place:
    """`AWS_ENDPOINT_URL_DYNAMODB` comes before `AWS_ENDPOINT_URL`. Raises AwsUnusable."""
    url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL")
    if url:
        return _named(url)
    suffix = next((suffix for start, suffix in _SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    fips = "-fips" if environment.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true" else ""
    return Place(f"{service}{fips}.{region}.{suffix}", 443, secure=True)


def _named(url: str) -> Place:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AwsUnusable("AWS_ENDPOINT_URL is no URL") from error
    if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/") or parts.query:
        raise AwsUnusable("AWS_ENDPOINT_URL must be http or https, a host and nothing behind it")
    secure = parts.scheme == "https"
    return Place(host, port or (443 if secure else 80), secure=secure)
