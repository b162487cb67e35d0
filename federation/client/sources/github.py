"""GitHub Actions: a job with `permissions: {id-token: write}` (docs.github.com, OpenID Connect reference)."""

from urllib.parse import urlencode

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import meant_for, member_of
from federation.client.sources.source import Asked, Place, Surroundings

URL, TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
FORGEJO = ("FORGEJO_ACTIONS", "GITEA_ACTIONS")
"""Runners of other forges call themselves GitHub's too."""


def _absent(around: Surroundings) -> str | None:
    if any(map(around.has, FORGEJO)):
        return "this is a runner of another forge"
    return None if around.has("GITHUB_ACTIONS") or around.has(URL) else "GITHUB_ACTIONS is not set"


def _subject(asked: Asked) -> Subject:
    return requested(asked, "github", "give the job permissions: {id-token: write}")


def requested(asked: Asked, source: str, how: str) -> Subject:
    """The token that the runner's service gives for an audience; raises BrokenSource. `how`: the job gets to ask."""
    if not asked.around.has(URL, TOKEN):
        raise BrokenSource(source, f"this job may not ask for a token: {URL} is not set", how)
    url = asked.variable(URL)
    url = f"{url}{'&' if '?' in url else '?'}{urlencode({'audience': asked.audience})}"
    return Subject(meant_for(member_of(url, "GET", asked.variable(TOKEN), "value", source), asked.audience, source))


PLACE = Place("github", _absent, _subject)
