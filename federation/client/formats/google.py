"""google-auth and gcloud: the executable's answer, and `external_account` files (google.aip.dev/auth/4117)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from federation.client.clouds.google_names import STS, impersonation_url, provider_audience
from federation.oauth.identifiers import TokenType

UNIVERSE: Final = "googleapis.com"
TIMEOUT_MILLIS: Final = 30_000


def executable_answer(token: str, expires_at: int) -> str:
    """What the executable prints when it has a token. `expires_at`: seconds since the epoch."""
    members = {"version": 1, "success": True, "token_type": TokenType.JWT.value, "id_token": token}
    return json.dumps({**members, "expiration_time": expires_at})


def executable_failure(code: str, message: str) -> str:
    """What it prints when it has none."""
    return json.dumps({"version": 1, "success": False, "code": code, "message": message})


def external_account(
    provider: str,
    source: Mapping[str, Any],
    *,
    service_account: str | None = None,
    token_url: str = STS,
) -> dict[str, Any]:
    """The file that GOOGLE_APPLICATION_CREDENTIALS names. `source`: one of the `*_source` of this module."""
    impersonated = {"service_account_impersonation_url": impersonation_url(service_account)} if service_account else {}
    return {
        "type": "external_account",
        "audience": provider_audience(provider),
        "subject_token_type": TokenType.JWT.value,
        "token_url": token_url,
        "universe_domain": UNIVERSE,
        **impersonated,
        "credential_source": dict(source),
    }


def executable_source(command: str, output_file: str | None = None) -> dict[str, Any]:
    """A command that prints `executable_answer`; it is run if GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1."""
    kept = {"output_file": output_file} if output_file else {}
    return {"executable": {"command": command, "timeout_millis": TIMEOUT_MILLIS, **kept}}


def url_source(url: str, headers: Mapping[str, str], member: str | None) -> dict[str, Any]:
    """A URL that answers a GET with the token, or with JSON that has it as `member`."""
    format_ = {"type": "json", "subject_token_field_name": member} if member else {"type": "text"}
    return {"url": url, **({"headers": dict(headers)} if headers else {}), "format": format_}


def file_source(path: str) -> dict[str, Any]:
    """A file with the token and nothing else, which another process keeps fresh."""
    return {"file": path, "format": {"type": "text"}}
