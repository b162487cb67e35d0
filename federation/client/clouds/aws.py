"""AWS (extra `aws`): a boto3 session that assumes a role with the bridge's token, again and again as it expires.

docs.aws.amazon.com, AssumeRoleWithWebIdentity: the token's `aud` must be a client id of the IAM OIDC provider.
"""

from typing import Final

import boto3
from botocore import UNSIGNED
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    DeferredRefreshableCredentials,
)
from botocore.session import Session as BotocoreSession
from botocore.session import get_session

from federation.client.formats.aws import SESSION_NAME, credential_process
from federation.client.token import FederatedToken

METHOD: Final = "federation-bridge"
"""As botocore names where credentials come from."""
_PATIENCE = Config(signature_version=UNSIGNED, connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 3})


class BridgeProvider(CredentialProvider):
    """Asks STS for credentials with the bridge's token as web identity."""

    METHOD = METHOD
    CANONICAL_NAME = METHOD

    def __init__(self, session: BotocoreSession, token: FederatedToken, role_arn: str, session_name: str) -> None:
        super().__init__(session)
        self._session, self._token, self._role, self._name = session, token.bearer(), role_arn, session_name

    def load(self) -> DeferredRefreshableCredentials:
        """botocore's: asked when the first request is signed, and then as often as they expire."""
        return DeferredRefreshableCredentials(self.fetcher().fetch_credentials, METHOD)

    def fetcher(self) -> AssumeRoleWithWebIdentityCredentialFetcher:
        """Asks STS once for each answer."""
        return AssumeRoleWithWebIdentityCredentialFetcher(
            client_creator=self._client,
            web_identity_token_loader=lambda: self._token.get().access_token,
            role_arn=self._role,
            extra_args={"RoleSessionName": self._name},
        )

    def _client(self, service: str, **_given: object) -> BaseClient:
        return self._session.create_client(service, config=_PATIENCE)


def aws_session(
    token: FederatedToken, role_arn: str, *, region: str | None = None, session_name: str = SESSION_NAME
) -> boto3.Session:
    """A boto3 session as that role. `region`: None takes the environment's. `session_name`: as CloudTrail shows it.

    No other credentials are looked for, so nothing works by accident with another identity's.
    """
    session = get_session()
    resolver = session.get_component("credential_provider")
    resolver.providers = [BridgeProvider(session, token, role_arn, session_name)]
    return boto3.Session(botocore_session=session, region_name=region)


def process_answer(token: FederatedToken, role_arn: str, region: str | None) -> str:
    """What `credential_process` prints: credentials of that role, fetched now."""
    session = get_session()
    if region:
        session.set_config_variable("region", region)
    found = BridgeProvider(session, token, role_arn, SESSION_NAME).fetcher().fetch_credentials()
    return credential_process(found["access_key"], found["secret_key"], found["token"], found["expiry_time"])
