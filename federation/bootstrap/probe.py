"""Composes the scheduled prober."""

from collections.abc import Callable

from federation.aws.probe_key import kms_probe_key
from federation.prober.aim import Aim
from federation.prober.identity import made_key
from federation.prober.run import Report, probe
from federation.settings import Settings


def scheduled_probe(settings: Settings, key_id: str) -> Callable[[], Report]:
    """Against the endpoint as callers reach it. `key_id`: the prober's key at KMS."""
    return lambda: probe(Aim(settings.issuer, settings.issuer, kms_probe_key(key_id), made_key()[0]))
