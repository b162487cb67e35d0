"""Google Cloud, by google-auth (extra `google`): an ID token of the metadata server, with `format=full`.

Or of Application Default Credentials, or, as `google:ACCOUNT@PROJECT.iam.gserviceaccount.com`, of an account that is
impersonated.
"""

from functools import partial
from typing import Any

from federation.client.errors import BrokenSource, library
from federation.client.identity import Subject
from federation.client.sources.reading import clean, meant_for
from federation.client.sources.source import Asked, Place, Surroundings
from federation.oauth.identifiers import TokenType

SIGNS = ("GOOGLE_APPLICATION_CREDENTIALS", "K_SERVICE", "CLOUD_RUN_JOB", "GAE_ENV", "GCE_METADATA_HOST")
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TIMEOUT = 15.0
"""Seconds of one request of the library's."""


def _absent(around: Surroundings) -> str | None:
    return None if any(map(around.has, SIGNS)) else f"none of {', '.join(SIGNS)} is set"


def _on_machine(around: Surroundings) -> bool:
    return around.text("/sys/class/dmi/id/product_name") in ("Google", "Google Compute Engine")


def _subject(asked: Asked) -> Subject:
    request = partial(_of("google.auth.transport.requests").Request(), timeout=TIMEOUT)
    made = _impersonated(asked) if asked.argument else _ambient(asked, request)
    made.refresh(request)
    token = clean(str(made.token or ""), "google", "Google's answer")
    return Subject(meant_for(token, asked.audience, "google"), TokenType.ID_TOKEN)


def _ambient(asked: Asked, request: Any) -> Any:  # noqa: ANN401 (the library's)
    """Of a key or an impersonation in a file, or of the metadata server."""
    default, errors = _of("google.auth"), _of("google.auth.exceptions")
    try:
        return _of("google.oauth2.id_token").fetch_id_token_credentials(asked.audience, request)
    except errors.DefaultCredentialsError:
        credentials, _ = default.default(scopes=[SCOPE])
    if hasattr(credentials, "service_account_email") and hasattr(credentials, "sign_bytes"):
        return _id_token_of(credentials, asked.audience)
    raise BrokenSource(
        "google",
        "these credentials are a person's, or another cloud's, and yield no ID token for an audience",
        "impersonate a service account: google:ACCOUNT@PROJECT.iam.gserviceaccount.com",
    )


def _impersonated(asked: Asked) -> Any:  # noqa: ANN401 (the library's)
    credentials, _ = _of("google.auth").default(scopes=[SCOPE])
    target = _of("google.auth.impersonated_credentials").Credentials(
        source_credentials=credentials, target_principal=asked.argument, target_scopes=[SCOPE]
    )
    return _id_token_of(target, asked.audience)


def _id_token_of(credentials: Any, audience: str) -> Any:  # noqa: ANN401 (the library's)
    module = _of("google.auth.impersonated_credentials")
    return module.IDTokenCredentials(target_credentials=credentials, target_audience=audience, include_email=True)


def _of(module: str) -> Any:  # noqa: ANN401 (an optional module)
    return library(module, "the source google", "google")


PLACE = Place("google", _absent, _subject, "SERVICE-ACCOUNT", machine=_on_machine)
