"""As whom a function signs: by its environment, or by the endpoint that Lambda names there (SnapStart), with refresh.

Source: "Container credential provider" in the AWS SDKs and Tools reference guide.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, Protocol, TypeAlias

from federation.aws.errors import AwsError, AwsUnreachable, AwsUnusable
from federation.aws.items import share
from federation.aws.lean.signing import Credentials

FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"

EARLY = 900.0
"""Seconds before their end that credentials are renewed, but never more than half their life."""
SPACING = 10.0
"""Seconds between two tries while the old ones are still good."""
_JITTER = 0.1
"""Share of the early time by which processes differ."""

Fetch: TypeAlias = Callable[[], Credentials]
"""Raises AwsError."""


class CredentialSource(Protocol):
    """Yields what is good now."""

    def get(self) -> Credentials:
        """Raises AwsUnusable or AwsUnreachable."""
        ...

    def renew(self, refused: Credentials) -> bool:
        """AWS refuses these: whether there will be others."""
        ...


class GivenCredentials:
    """Of the environment: the same for the life of the process."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get(self) -> Credentials:
        """Always."""
        return self._credentials

    def renew(self, refused: Credentials) -> bool:
        """There are no others."""
        return refused != self._credentials


class NoCredentials:
    """Fails where something is to be signed, and not before."""

    def get(self) -> Credentials:
        """Raises AwsUnusable."""
        raise AwsUnusable("no AWS credentials: set AWS_ACCESS_KEY_ID, or a container credentials endpoint")

    def renew(self, _refused: Credentials) -> bool:
        """Nothing to renew."""
        return False


class RefreshedCredentials:
    """Fetched when needed, and renewed early by one caller while the others go on with the old ones.

    A failed renewal changes nothing while the old ones are good. `clock`: seconds since the epoch.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._kept: Credentials | None = None
        self._renew_at = 0.0

    def get(self) -> Credentials:
        """Raises what fetching raises where nothing good is kept."""
        kept, now = self._kept, self._clock()
        if kept is None or _is_over(kept, now):
            return self._fetched(kept)
        if now >= self._renew_at and self._lock.acquire(blocking=False):
            try:
                return self._renewed_early(kept, now)
            finally:
                self._lock.release()
        return kept

    def renew(self, refused: Credentials) -> bool:
        """True once others are kept."""
        with self._lock:
            if self._kept == refused:
                self._kept = None
        try:
            return self.get() != refused
        except AwsError:
            return False

    def _fetched(self, seen: Credentials | None) -> Credentials:
        """One fetches; the others wait and look again."""
        with self._lock:
            kept = self._kept
            if kept is None or kept is seen or _is_over(kept, self._clock()):
                kept = self._keep(self._fetch())
            return kept

    def _renewed_early(self, kept: Credentials, now: float) -> Credentials:
        try:
            return self._keep(self._fetch())
        except AwsError:
            self._renew_at = now + SPACING
            return kept

    def _keep(self, fetched: Credentials) -> Credentials:
        now = self._clock()
        if _is_over(fetched, now):
            raise AwsUnreachable("expired credentials")
        life = float("inf") if fetched.expires_at is None else fetched.expires_at - now
        early = min(EARLY, life / 2) * (1 - _JITTER * share())
        self._renew_at = now + life - early
        self._kept = fetched
        return fetched


def read_document(body: bytes) -> Credentials:
    """What a credentials endpoint answers; raises AwsUnreachable."""
    try:
        members: Any = json.loads(body)
        key_id, secret, token = (members[name] for name in ("AccessKeyId", "SecretAccessKey", "Token"))
        expires_at = datetime.fromisoformat(members["Expiration"]).timestamp()
    except (KeyError, TypeError, ValueError) as error:
        raise AwsUnreachable("unreadable credentials") from error
    if not all(isinstance(one, str) and one.isascii() and one.isprintable() for one in (key_id, secret, token)):
        raise AwsUnreachable("unreadable credentials")
    return Credentials(key_id, secret, token, expires_at)


def given(environment: Mapping[str, str]) -> Credentials | None:
    """Of the environment; None: it names none."""
    key_id, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        return None
    return Credentials(key_id, secret, environment.get("AWS_SESSION_TOKEN", ""))


def _is_over(credentials: Credentials, now: float) -> bool:
    return credentials.expires_at is not None and credentials.expires_at <= now
