"""Forgejo Actions: a job with `enable-openid-connect: true` (forgejo.org/docs, security-openid-connect)."""

from federation.client.identity import Subject
from federation.client.sources.github import FORGEJO, requested
from federation.client.sources.source import Asked, Place, Surroundings


def _absent(around: Surroundings) -> str | None:
    return None if any(map(around.has, FORGEJO)) else "FORGEJO_ACTIONS is not set"


def _subject(asked: Asked) -> Subject:
    return requested(asked, "forgejo", "give the job enable-openid-connect: true")


PLACE = Place("forgejo", _absent, _subject)
