"""Where an issuer's keys are, and reading them: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.3."""

from typing import ClassVar
from urllib.parse import urlsplit

from msgspec import Struct, field

from federation.model.json import Json, JsonObject
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.ports import Fetcher
from federation.value import Redacted
from federation.verification.jwk_set import JwkSet, JwkSetRefused, read_jwk_set
from federation.verification.spiffe_id import SPIFFE

DISCOVERY_PATH = "/.well-known/openid-configuration"


class KeysRefused(Exception):
    """The issuer answered, and what it says must not be used. Worth an alarm; the message holds no input."""


class IssuerMisconfigured(KeysRefused):
    """What the issuer says of itself does not fit its Issuer document: asking again mends nothing."""


class PublishedKeys(Redacted, Struct, frozen=True):
    """What an issuer publishes now."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"jwks"})

    keys: JwkSet
    origin: str | None = None
    """Host and port that discovery named for the keys; a later change is refused."""
    jwks: JsonObject = field(default_factory=dict)
    """The set as it was read."""


def are_fetched(keys: IssuerKeys) -> bool:
    """Whether an issuer's keys come from the web."""
    return keys.discovery or keys.jwks_uri is not None


def read_keys(issuer: Issuer, jwks: JsonObject, origin: str | None = None) -> PublishedKeys:
    """An issuer's JWK Set, from any store; raises KeysRefused.

    A SPIFFE bundle without keys revokes all that it had (SPIFFE Trust Domain and Bundle section 4.1.3); elsewhere an
    empty set is a failure.
    """
    try:
        return PublishedKeys(read_jwk_set(jwks, may_be_empty=issuer.provider == SPIFFE), origin, jwks)
    except JwkSetRefused as error:
        raise KeysRefused(str(error)) from None


class KeySource:
    """Reads the keys of an issuer from wherever its trust document says."""

    def __init__(self, fetcher: Fetcher, *, loopback: bool = False) -> None:
        """`loopback`: whether discovery may name `http://` on this machine."""
        self._fetcher = fetcher
        self._schemes = ("https", "http") if loopback else ("https",)

    def load(self, issuer: Issuer, known_origin: str | None = None) -> PublishedKeys:
        """The issuer's keys; raises FetchFailed, or KeysRefused.

        `known_origin`: the origin that discovery named before.
        """
        if issuer.keys.jwks is not None and not issuer.keys.pushed:
            return read_keys(issuer, issuer.keys.jwks)
        if issuer.keys.jwks_uri is not None:
            return read_keys(issuer, self._fetch(issuer.keys.jwks_uri))
        if not issuer.keys.discovery:
            raise KeysRefused("the issuer has no source of keys")
        return self._discover(issuer, known_origin)

    def _discover(self, issuer: Issuer, known_origin: str | None) -> PublishedKeys:
        metadata = self._fetch(issuer.issuer.removesuffix("/") + DISCOVERY_PATH)
        # Exact, or one issuer could speak for another (RFC 8414 section 3.3).
        if metadata.get("issuer") != issuer.issuer:
            raise IssuerMisconfigured("discovery names another issuer")
        jwks_uri = self._checked(metadata.get("jwks_uri"))
        origin = _origin(jwks_uri)
        if known_origin is not None and origin not in (known_origin, _origin(issuer.issuer)):
            raise KeysRefused("discovery moved the keys to another host")
        if origin != _origin(issuer.issuer) and not _has_default_port(jwks_uri):
            raise KeysRefused("discovery names a port that is neither the issuer's nor that of https")
        return read_keys(issuer, self._fetch(jwks_uri), origin)

    def _checked(self, jwks_uri: Json) -> str:
        if not isinstance(jwks_uri, str) or not jwks_uri.startswith(tuple(f"{scheme}://" for scheme in self._schemes)):
            raise KeysRefused("discovery names no https jwks_uri")
        return jwks_uri

    def _fetch(self, url: str) -> JsonObject:
        try:
            return parse_object(self._fetcher.fetch(url))
        except NotStrictJson as error:
            raise KeysRefused(f"the issuer's document is {error}") from None


def _has_default_port(url: str) -> bool:
    """Any other is perhaps another service's (ATTACKS N4)."""
    try:
        return urlsplit(url).port in (None, 443)
    except ValueError:
        return False


def _origin(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        raise KeysRefused("malformed jwks_uri") from None
