"""`FederatedToken`: a workload's token of the bridge, found, exchanged, cached, refreshed and shown."""

from collections.abc import Sequence
from functools import cached_property, partial

from federation.client.attempts import Patience, attempt
from federation.client.credential import Credential
from federation.client.errors import ClientError
from federation.client.exchange import Token, Wanted, exchange
from federation.client.http import may_receive_token
from federation.client.identity import Subject
from federation.client.key import DpopKey
from federation.client.refreshing import WAIT, Lease, Refreshing, Times, bare
from federation.client.sources.choice import AUTO, find_source
from federation.client.sources.source import Given, Source

TOOL_CALL = "tool_call"
"""The type of authorization details that `delegate` asks for (RFC 9396)."""


class FederatedToken:
    """The token of one identity for one audience. Make one, keep it, and share it between threads and tasks.

    It is bound to a key in memory (DPoP), unless `bound` is False: then it is a bearer's, as clouds want it.
    """

    def __init__(  # noqa: PLR0913 (each by its name)
        self,
        bridge: str,
        audience: str,
        scope: str | Sequence[str] | None = None,
        *,
        source: str | Source = AUTO,
        actor: str | Source | None = None,
        bound: bool = True,
        key: DpopKey | None = None,
        patience: Patience | None = None,
        times: Times | None = None,
    ) -> None:
        """`bridge`: its URL. `audience`: id of the target. `scope`: None asks for the grant's default.

        `source`: where the caller's own identity is (docs/callers.md); `actor`: that of the actor for it. `key`: to
        be bound to, instead of a fresh one. Nothing is asked before the token is needed. Raises ClientError for a
        bridge to which no token may be sent, and for an unknown source.
        """
        self.bridge = bridge.rstrip("/")
        if not may_receive_token(self.bridge):
            raise ClientError(f"{bridge} is no bridge's URL", "it begins with https://, or is http:// on this machine")
        self.wanted = Wanted(audience, scope if scope is None or isinstance(scope, str) else " ".join(scope))
        self.key = key or (DpopKey.generate() if bound else None)
        self._source = find_source(source) if isinstance(source, str) else source
        self._actor = find_source(actor) if isinstance(actor, str) else actor
        self._patience, self._times = patience or Patience(), times or Times()
        self._kept = Refreshing(self._fetch, times=self._times)

    def __repr__(self) -> str:
        return f"FederatedToken({self.bridge!r}, {self.wanted.audience!r})"

    def get(self, wait: float = WAIT) -> Credential:
        """A token that is good now; raises ClientError, as Refused, Unreachable, NoIdentity or BrokenSource."""
        return self._kept.get(wait)

    async def get_async(self, wait: float = WAIT) -> Credential:
        """The same, without holding up the event loop."""
        return await self._kept.get_async(wait)

    def headers(self, method: str, url: str, nonce: str | None = None) -> dict[str, str]:
        """What proves the caller in one request. `nonce`: the resource's, if it gave one (RFC 9449 section 9)."""
        check_may_receive(url)
        return self._kept.get().headers(method, url, nonce)

    async def headers_async(self, method: str, url: str, nonce: str | None = None) -> dict[str, str]:
        """The same, without holding up the event loop."""
        check_may_receive(url)
        return (await self._kept.get_async()).headers(method, url, nonce)

    def discard(self, credential: Credential) -> None:
        """Have the next one fetched: this one was refused where it was shown."""
        self._kept.discard(credential)

    def bearer(self) -> "FederatedToken":
        """The same for whom takes no bound token: clouds, and files that other tools read. It is one object, kept."""
        return self if self.key is None else self._unbound

    def delegate(self, subject: str, tool: str, **members: str) -> Credential:
        """A token for one call of `tool` on behalf of whom `subject` (a token) proves, with this identity acting.

        It is good for the authorization details {type: tool_call, tool, **members} alone, and not cached. Raises
        ClientError.
        """
        wanted = self.wanted.narrowed({"type": TOOL_CALL, "tool": tool, **members})
        ask = partial(self._exchange, Given(Subject(subject)), self._source, wanted)
        del subject  # nor does this frame hold it when something is raised
        try:
            return attempt(ask, self._patience, self._times).value
        except (ClientError, OSError) as error:
            told = bare(error)
        raise told

    @cached_property
    def _unbound(self) -> "FederatedToken":
        return FederatedToken(
            self.bridge,
            self.wanted.audience,
            self.wanted.scope,
            source=self._source,
            actor=self._actor,
            bound=False,
            patience=self._patience,
            times=self._times,
        )

    def _fetch(self) -> Lease[Credential]:
        return attempt(partial(self._exchange, self._source, self._actor, self.wanted), self._patience, self._times)

    def _exchange(self, source: Source, actor: Source | None, wanted: Wanted) -> Lease[Credential]:
        since = self._times.monotonic()
        subject = source.subject(self.bridge)
        acting = actor.subject(self.bridge) if actor else None
        token = exchange(self.bridge, subject, wanted, actor=acting, key=self.key)
        return Lease(self._credential(token), token.lifetime, since)

    def _credential(self, token: Token) -> Credential:
        return Credential(token.access_token, self.key, token.expires_at, self.bridge, token.clock_offset)


def check_may_receive(url: str) -> None:
    """Raises ClientError for a URL to which a token would go in the clear."""
    if not url.startswith("https://") and not may_receive_token(url.partition("?")[0].partition("#")[0]):
        raise ClientError("a token goes over https alone, or to this machine", "call the service by its https URL")
