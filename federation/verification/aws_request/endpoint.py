"""The endpoints of AWS STS that can be asked: one per region, as the URL in an Issuer document names it."""

import re
from typing import NamedTuple

_REGIONAL = re.compile(
    r"https://sts\.(?P<region>[a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2})\.(?P<domain>amazonaws\.com(?:\.cn)?)"
)
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::[1-9][0-9]{0,4})?")

# (how a region's name begins, its domain, its partition)
_PARTITIONS = (
    ("cn-", "amazonaws.com.cn", "aws-cn"),
    ("us-gov-", "amazonaws.com", "aws-us-gov"),
    ("", "amazonaws.com", "aws"),
)


class StsEndpoint(NamedTuple):
    """Where a request is signed for, and which part of AWS answers there."""

    region: str
    partition: str


ON_THIS_MACHINE = StsEndpoint("us-east-1", "aws")
"""What answers on loopback, which nothing deployed trusts or asks."""


def read_endpoint(url: str) -> StsEndpoint | None:
    """The endpoint of that URL; None: it is none. The global one is none: it answers for every region."""
    if _LOOPBACK.fullmatch(url):
        return ON_THIS_MACHINE
    regional = _REGIONAL.fullmatch(url)
    if regional is None:
        return None
    region = regional["region"]
    domain, partition = next((where, name) for prefix, where, name in _PARTITIONS if region.startswith(prefix))
    return StsEndpoint(region, partition) if domain == regional["domain"] else None
