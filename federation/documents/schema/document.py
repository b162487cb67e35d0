"""What trust documents are made of: members that all kinds have, and values that several have (DESIGN section 4)."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from federation.model.document_values import seconds, seconds_or_none
from federation.model.documents import DEFAULT_PUSHED_MAX_AGE
from federation.oauth.errors import InvalidRequest
from federation.verification.jwk_set import KeysUnfit, read_every_key
from federation.verification.spiffe_id import SCHEME, is_trust_domain
from federation.verification.x509.authorities import UnusableAuthority, read_authority
from federation.verification.x509.certificates import read_presented
from federation.verification.x509.leaf import check_key

DOCUMENT_ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
# RFC 6749 section 3.3 without the star, which only looks as if it meant something (ATTACKS I2).
SCOPE = r"^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,128}$"
DURATION = r"^[1-9][0-9]{0,5}[smhd]$"
DURATION_OR_NONE = r"^(0s|[1-9][0-9]{0,5}[smhd])$"
TOKEN_AUDIENCE = r"^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,512}$"
ATTRIBUTE_NAME = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
SERIAL = r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){0,19}$"
DETAIL_TYPE = r"^[\x21\x23-\x5B\x5D-\x7E]{1,128}$"
MEMBER_NAME = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
ROLE_ARN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role(/[A-Za-z0-9_+=,.@-]{1,64}){1,9}$"
THUMBPRINT = r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
URI_NAME = r"^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x5B\x5D-\x7E]{1,2040}$"
DNS_NAME = r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
EMAIL_ADDRESS = r"^[\x21\x23-\x3F\x41-\x5B\x5D-\x7E]{1,64}@[a-z0-9.-]{1,255}$"
PRINCIPAL_GLOB = r"^[A-Za-z0-9._@*-]{1,255}(/[A-Za-z0-9._@*-]{1,255})*$"

WORDS = {
    DOCUMENT_ID: "lower-case letters, digits, `.`, `_` and `-`, at most 63",
    SCOPE: "a scope token (RFC 6749 section 3.3) without `*`, at most 128 characters",
    DURATION: "a whole number and a unit: 90s, 5m, 1h or 1d",
    DURATION_OR_NONE: "a whole number and a unit, such as 90s, 5m or 4h, or 0s for not at all",
    TOKEN_AUDIENCE: "printable ASCII without spaces and `*`, compared exactly, at most 512 characters",
    ATTRIBUTE_NAME: "a letter, then letters, digits and `_`, at most 64",
    SERIAL: "a serial number in hex, two digits per octet, with or without colons; quote it",
    DETAIL_TYPE: "printable ASCII without spaces, quotes and backslashes, at most 128 characters",
    MEMBER_NAME: "a letter, then letters, digits, `_`, `.` and `-`, at most 64",
    ROLE_ARN: "the ARN of a role: arn:aws:iam::123456789012:role/name",
    THUMBPRINT: "an x5t#S256: the base64url SHA-256 of the certificate, 43 characters",
    URI_NAME: "an absolute URI, compared exactly",
    DNS_NAME: "a full name in lower case, without wildcards",
    EMAIL_ADDRESS: "an address whose host is in lower case, compared exactly",
    PRINCIPAL_GLOB: "words of A-Z a-z 0-9 . _ @ - and `*`, separated by single slashes",
}


Scope = Annotated[str, Field(pattern=SCOPE, description=WORDS[SCOPE])]

Tenant = Annotated[str, Field(pattern=DOCUMENT_ID, description="Whose it is.")]


def distinct(values: list[str]) -> list[str]:
    """The values; raises ValueError where one is repeated."""
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"repeated: {', '.join(repeated)}")
    return values


Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(distinct)]


def _at_most(limit: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if seconds_or_none(text) > seconds(limit):
            raise ValueError(f"at most {limit}")
        return text

    return check


TokenLifetime = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("1h"))]
TokenAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("24h"))]
MaxStale = Annotated[
    str, Field(pattern=DURATION_OR_NONE, description=WORDS[DURATION_OR_NONE]), AfterValidator(_at_most("24h"))
]
AuthAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("30d"))]
PushedMaxAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("366d"))]


def _fetched_from(url: str, info: ValidationInfo) -> str:
    """As `_trusted_url`, with a query: Entra tells the keys of one application by `?appid=`."""
    if url.removesuffix("/").endswith(WELL_KNOWN):
        raise ValueError("that is the discovery document: write keys: {discovery: true}, or the jwks_uri in it")
    address, mark, query = url.partition("?")
    if mark and not (_QUERY.fullmatch(query) and len(url) <= MAX_URL):
        raise ValueError("a query is plain ASCII without fragment and spaces")
    _without_problem(url, url_problem(address, loopback=is_loopback(info)))
    return url


def _trusted_url(url: str, info: ValidationInfo) -> str:
    """An https URL with one spelling; http on this machine where the validation's context has `loopback`."""
    return _without_problem(url, url_problem(url, loopback=is_loopback(info)))


def _fetched_url(url: str, info: ValidationInfo) -> str:
    return _without_problem(url, fetch_problem(url, loopback=is_loopback(info)))


def _issuer_name(name: str, info: ValidationInfo) -> str:
    """A URL where keys are found below it; elsewhere what stands in tokens, which is compared and never fetched."""
    if name.lower().startswith(SCHEME):
        problem = "" if is_trust_domain(name) else "a trust domain is lower case, without a port or a path"
        return _without_problem(name, problem)
    for path in WELL_KNOWN:
        if name.removesuffix("/").endswith(path):
            raise ValueError(f"that is where its discovery document is: leave {path} out")
    keys = info.data.get("keys")
    is_asked = not isinstance(keys, KeysPart) or keys.discovery or keys.caller_identity
    return _trusted_url(name, info) if is_asked else _named(name)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            "an issuer is written as in its tokens: printable ASCII, no space around, 512 characters at most"
        )
    return name


def is_loopback(info: ValidationInfo) -> bool:
    """Whether http on this machine is allowed."""
    return bool(info.context and info.context.get("loopback"))


def _without_problem(url: str, problem: str | None) -> str:
    if problem:
        raise ValueError(problem)
    return url


IssuerName = Annotated[str, AfterValidator(_issuer_name)]
"""A trusted URL, another name beside keys that are found elsewhere, or a SPIFFE trust domain: `spiffe://example.org`."""
FetchedUrl = Annotated[str, AfterValidator(_fetched_from), AfterValidator(_fetched_url)]
"""A trusted URL that this bridge connects to; it may have a query."""


MAX_URL = 512

WELL_KNOWN = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_NAME = re.compile(r"(?! )[\x20-\x7e]{1,512}(?<! )")
_QUERY = re.compile(r"(?:[A-Za-z0-9/?:@._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_CHARACTERS = re.compile(r"[A-Za-z0-9:/._~!$&'()*+,;=@-]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_NUMBER = re.compile(r"[0-9][0-9a-z]*")
_INTERNAL = (".svc", ".local", ".internal", ".localdomain")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:[1-9][0-9]{0,4})?(/.*)?")


def url_problem(url: str, *, loopback: bool = False) -> str | None:
    """What is wrong with the URL of an issuer or its keys; None: nothing. `loopback`: allow http on this machine."""
    if len(url) > MAX_URL or not _CHARACTERS.fullmatch(url):
        return "a URL here is plain ASCII without query, fragment, escapes or spaces, at most 512 characters"
    parts = urlsplit(url)
    if loopback and _LOOPBACK.fullmatch(url):
        return _path_problem(parts.path)
    return _authority_problem(parts, url) or _path_problem(parts.path)


def fetch_problem(url: str, *, loopback: bool = False) -> str | None:
    """What keeps this bridge from connecting to a well-formed URL; None: nothing (ATTACKS N1, D18).

    Clusters sign under names of their own network, which may be another owner's here.
    """
    host = urlsplit(url).hostname or ""
    if loopback and _LOOPBACK.fullmatch(url):
        return None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return "keys are fetched from a host with a name, never from an address"
    if host.endswith(_INTERNAL):
        return "keys cannot be fetched at a name of another network: give jwks, or pushed: true"
    return None


def _authority_problem(parts: SplitResult, url: str) -> str | None:
    if not url.startswith("https://"):
        return "must begin with https://"
    if "@" in parts.netloc:
        return "must not hold user information"
    host, colon, port = parts.netloc.partition(":")
    if colon and (not _PORT.fullmatch(port) or port == "443"):
        return "the port is a number other than 443, which https means anyway"
    return _host_problem(host)


def _host_problem(host: str) -> str | None:
    if not _HOST.fullmatch(host):
        return "the host is a full name in lower case"
    try:
        address = ip_address(host)
    except ValueError:
        return None
    reachable = not (address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast)
    return None if reachable else "this address is not another machine's"


def _path_problem(path: str) -> str | None:
    segments = path.split("/")[1:]
    if any(segment in {".", ".."} for segment in segments) or "" in segments[:-1]:
        return "the path has no empty, . or .. segments"
    return None


def resource_problem(url: str, *, loopback: bool = False) -> str | None:
    """What is wrong with a resource indicator (RFC 8707 section 2: absolute, no fragment); None: nothing."""
    if not _CHARACTERS.fullmatch(url):
        return "plain ASCII without query"
    return None if loopback and _LOOPBACK.fullmatch(url) else _authority_problem(urlsplit(url), url)


def _authority(pem: str) -> str:
    try:
        read_authority(pem)
    except UnusableAuthority as error:
        raise ValueError(str(error)) from None
    return pem


def check_certificate(pem: str, *, own: bool) -> None:
    """Raises ValueError unless it is one usable certificate: an authority's, or with `own` a client's own."""
    if not own:
        _authority(pem)
        return
    try:
        presented = read_presented(pem)
        check_key(presented.unverified_leaf)
    except InvalidRequest as error:
        raise ValueError(f"not usable: {error.detail}") from None
    if presented.intermediates:
        raise ValueError("several certificates: make each an entry of its own")


Authority = Annotated[str, Field(max_length=16 * 1024), AfterValidator(_authority)]
Authorities = Annotated[
    list[Authority],
    AfterValidator(distinct),
    Field(min_length=1, max_length=16, description="PEM of the authorities that sign its client certificates."),
]
Serial = Annotated[str, Field(pattern=SERIAL, description=WORDS[SERIAL])]


_MARKUP = re.compile(r"<[A-Za-z!/?]")

DocumentId = Annotated[str, Field(pattern=DOCUMENT_ID, description=WORDS[DOCUMENT_ID])]


def _plain(text: str) -> str:
    """A program that shows it takes it for text alone (ATTACKS O8)."""
    if not all(line.isprintable() for line in text.split("\n")):
        raise ValueError("text has no control characters but line feeds")
    if _MARKUP.search(text):
        raise ValueError("text has no markup")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
Label = Annotated[PlainText, Field(max_length=256)]


class Part(BaseModel):
    """A piece of a document: unknown keys are errors, nothing is converted, nothing changes later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TrustDocument(Part):
    """`kind` and `id` name a document."""

    id: DocumentId
    description: Annotated[PlainText, Field(max_length=1024, description="For people.")] = ""
    labels: Annotated[
        dict[Label, Label], Field(default_factory=dict, max_length=32, description="For people and their tools.")
    ]
    enabled: Annotated[bool, Field(description="false: as if it were not there, but its id stays taken.")] = True


def _usable(jwks: dict[str, Any]) -> dict[str, Any]:
    try:
        read_every_key(jwks)
    except KeysUnfit as error:
        raise ValueError(str(error)) from None
    return jwks


Jwks = Annotated[dict[str, Any], AfterValidator(_usable), Field(description="A JWK Set of public keys (RFC 7517).")]


class KeysPart(Part):
    """Exactly one source. With `pushed`, `jwks` holds the first keys."""

    discovery: Annotated[Literal[True] | None, Field(description="OpenID Connect Discovery below the issuer.")] = None
    jwks_uri: Annotated[FetchedUrl | None, Field(description="The address of the JWK Set.")] = None
    jwks: Annotated[Jwks | None, Field(description="The JWK Set itself.")] = None
    certificates: Authorities | None = None
    pushed: Annotated[Literal[True] | None, Field(description="The issuer pushes them: they cannot be fetched.")] = None
    caller_identity: Annotated[Literal[True] | None, Field(description="AWS is asked who signed a request.")] = None
    pushed_max_age: Annotated[PushedMaxAge, Field(description="How long no push is no news.")] = DEFAULT_PUSHED_MAX_AGE

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if "pushed_max_age" in self.model_fields_set and not self.pushed:
            raise ValueError("pushed_max_age goes with pushed: true")
        if len(self.model_fields_set - ({"jwks", "pushed_max_age"} if self.pushed else set())) != 1:
            raise ValueError(
                "name exactly one source of keys: discovery, pushed or caller_identity (each: true), "
                "jwks_uri, jwks or certificates"
            )
        return self


MOST = 100_000


class RateLimitPart(Part):
    """A bucket of `burst` that `per_second` refills."""

    per_second: Annotated[int, Field(ge=1, le=MOST, description="Requests a second, in the long run.")]
    burst: Annotated[int, Field(ge=1, le=MOST, description="Requests at once.")]
