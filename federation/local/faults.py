"""What breaks in AWS, on the embedded one: for drills, and for tests of runbooks. Each ends with its context."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from federation.local.embedded_aws import REGION
from federation.local.moto_kms import FaithfulKms


@contextmanager
def kms_quota(signatures: int) -> Iterator[None]:
    """KMS gives so many signatures a second."""
    backend = kms_backends[DEFAULT_ACCOUNT_ID][REGION]
    assert isinstance(backend, FaithfulKms)  # noqa: S101 - EmbeddedAws puts it there
    backend.quota = signatures
    try:
        yield
    finally:
        backend.quota = None


@contextmanager
def lost_bucket(name: str) -> Iterator[None]:
    """The bucket is not there, and comes back as it was."""
    buckets = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets
    lost, owner = buckets.pop(name), s3_backends.bucket_accounts.pop(name)
    try:
        yield
    finally:
        buckets[name], s3_backends.bucket_accounts[name] = lost, owner
