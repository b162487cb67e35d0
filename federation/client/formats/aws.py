"""The AWS SDKs and CLI: the answer of `credential_process`, and profiles of ~/.aws/config.

docs.aws.amazon.com/sdkref: process credential provider; assume role credential provider, web identity.
"""

import json
from typing import Final

SESSION_NAME: Final = "federation-bridge"


def credential_process(access_key: str, secret_key: str, session_token: str, expires_at: str) -> str:
    """What `credential_process` prints. `expires_at`: RFC 3339."""
    members = {"AccessKeyId": access_key, "SecretAccessKey": secret_key, "SessionToken": session_token}
    return json.dumps({"Version": 1, **members, "Expiration": expires_at})


def process_profile(profile: str, command: str, region: str | None) -> str:
    """A profile whose credentials a command prints."""
    return _section(profile, {"credential_process": command, "region": region})


def web_identity_profile(profile: str, role_arn: str, token_file: str, region: str | None) -> str:
    """A profile that assumes a role with the token in a file, which another process keeps fresh."""
    members = {
        "role_arn": role_arn,
        "web_identity_token_file": token_file,
        "role_session_name": SESSION_NAME,
        "region": region,
    }
    return _section(profile, members)


def _section(profile: str, members: dict[str, str | None]) -> str:
    head = "default" if profile == "default" else f"profile {profile}"
    lines = "".join(f"{name} = {value}\n" for name, value in members.items() if value)
    return f"[{head}]\n{lines}"
