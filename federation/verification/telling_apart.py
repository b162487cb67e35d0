"""Whether a match line tells one identity of an issuer from another: judged by what it rules out (ATTACKS E10).

A line that holds for every token of the issuer rules out no identity, however it is spelt.
"""

import re
from collections.abc import Mapping as ReadOnly
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec import Struct

from federation.model.glob import STAR, glob_matches
from federation.model.trust import MatchValue
from federation.verification.subject_forms import FORMS, STAGES, form_words, words

# What describes a token, a sign-in or the issuer itself: the same in all tokens, or chosen by the requester.
# Without punctuation and in lower case. RFC 7519, 8693, 9068 and 8176; OpenID Connect Core 1.0; Okta, Keycloak,
# Cognito, Auth0, Entra and Firebase by their documented tokens.
_DESCRIBING = frozenset(
    {"iss", "issuer", "aud", "audience", "exp", "nbf", "iat", "jti", "nonce", "ver", "version", "v", "schema"}
    | {"schemaversion", "tokenversion", "typ", "type", "tokentype", "tokenuse", "tokenkind", "tokenclass"}
    | {"subtype", "idtyp", "gty", "granttype", "grant", "scope", "scopes", "scp", "acr", "acrs", "amr", "loa"}
    | {"authtime", "authmethod", "authenticationmethod", "signinprovider", "identityprovider", "idp", "provider", "alg"}
    | {"athash", "chash", "shash", "azpacr", "appidacr", "clienttype", "tid", "realm", "active", "enabled", "locale"}
    | {"apiversion", "subjecttype", "aal", "ial", "lang"}
    | {"zoneinfo", "updatedat", "status", "emailverified", "phonenumberverified", "tokenformat", "rtexp", "expiresin"}
)  # fmt: skip
# Values of a claim that says of what kind a token, a scheme or an account is, and whether that holds: whatever it is
# called, many have the same. RFC 6749, 6750, 8693, 9068 and 9449; Cognito, Keycloak and Okta by their tokens.
_FLAGS = frozenset(
    {"true", "false", "yes", "no", "on", "off", "none", "null", "any", "all", "active", "enabled", "valid"}
    | {"bearer", "dpop", "jwt", "at+jwt", "access", "refresh", "id", "access_token", "refresh_token", "id_token"}
    | {"client_credentials", "client-credentials", "authorization_code", "password", "pwd", "mfa", "openid", "rs256"}
)
_SEGMENTS = re.compile(r'"[^"]*"|[^."]+')
_SEPARATORS = re.compile(r"[/:]")
_SHORTEST = 3
"""Letters in a row that a pattern must have, outside a whole segment: fewer are in one of many names by chance."""


class Known(Struct, frozen=True):
    """What an Issuer document says already of every token that is taken from it."""

    issuer: str = ""
    audiences: tuple[str, ...] = ()


_NOTHING = Known()


def lets_in_everybody(match: ReadOnly[str, MatchValue], known: Known | None = None) -> str | None:
    """That no line tells one identity of the issuer from another, and what to do; None: one does."""
    if any(tells_apart(path, value, known or _NOTHING) for path, value in match.items()):
        return None
    return "this lets in all identities of the issuer: pin a claim that tells one from another"


def tells_apart(path: str, value: MatchValue, known: Known = _NOTHING) -> bool:
    """Whether the line rules out some identities of the issuer."""
    if isinstance(value, bool) or _describes(path):
        return False
    if not isinstance(value, str):
        return value not in (0, 1)
    if STAR in value:
        return _names_somebody(value, known) and (path == "sub" or not _said_already(value, known))
    return value.lower() not in _FLAGS and (path == "sub" or not _said_already(value, known))


def _describes(path: str) -> bool:
    """By the last name of the path, also where that is a URL of its own: `https://acme.example/token_use`."""
    name = _SEGMENTS.findall(path)[-1].strip('"')
    last = re.split(r"[/:#.]", name.rstrip("/"))[-1]
    return re.sub(r"[^a-z0-9]", "", last.lower()) in _DESCRIBING


def _said_already(value: str, known: Known) -> bool:
    """Whether it is the issuer's name or a part of it, or matches one, however it is written; or our audience."""
    wanted = value.lower().strip("/")
    return (value,) == known.audiences or any(glob_matches(wanted, part) for part in _parts(known.issuer))


@lru_cache(maxsize=16)
def _parts(issuer: str) -> frozenset[str]:
    """The name of the issuer, its origin, the domains and the first label of its host, and every run of its path."""
    url = urlsplit(issuer.lower())
    segments = [segment for segment in url.path.split("/") if segment]
    runs = {
        "/".join(segments[start:end]) for start in range(len(segments)) for end in range(start + 1, len(segments) + 1)
    }
    host = url.hostname or ""
    origins = {url.netloc, f"{url.scheme}://{url.netloc}", host.partition(".")[0], *_domains(host)}
    under = {"/".join((url.netloc, *segments[:end])) for end in range(len(segments) + 1)}
    named = {f"{url.scheme}://{one}" for one in under}
    return frozenset({issuer.lower(), *origins, *runs, *under, *named} - {""})


def _domains(host: str) -> list[str]:
    """The host and the domains that it is of, the longest first."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _names_somebody(pattern: str, known: Known) -> bool:
    """A word of its own is left: not one of the form of subjects, nor of what the issuer is called."""
    if any(all(glob_matches(pattern, one) for one in form) for form in FORMS):
        return False
    rest = pattern
    for told in (known.issuer, *_domains(urlsplit(known.issuer).hostname or "")):
        rest = rest.replace(told, "*") if told else rest
    whole = {piece.lower() for piece in _SEPARATORS.split(rest) if STAR not in piece and len(piece) > 1}
    runs = {word for word in words(rest) if len(word) >= _SHORTEST or word in whole}
    return bool(runs - form_words() - (whole & STAGES))
