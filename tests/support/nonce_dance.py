"""A client of the token endpoint that is asked for the server's nonce (RFC 9449 section 8)."""

import time
from collections.abc import Callable, Mapping
from itertools import count

from federation.client.http import Answer, post_form
from tests.support.dpop import proof
from tests.support.jose_keys import JoseKey

Post = Callable[[Mapping[str, str]], Answer]
"""Headers -> answer."""

_numbers = count()


def post_with_proof(url: str, form: Mapping[str, str], key: JoseKey) -> Answer:
    """The answer once the proof by `key` has the nonce."""
    return proven(url, key, lambda headers: post_form(url, list(form.items()), headers))


def proven(htu: str, key: JoseKey, post: Post) -> Answer:
    """The same for whatever way of posting; `htu`: what the proof is for."""
    first = post(_header(htu, key))
    nonce = first.headers.get("dpop-nonce")
    return first if nonce is None else post(_header(htu, key, nonce))


def _header(htu: str, key: JoseKey, nonce: str | None = None) -> dict[str, str]:
    jti = f"dance-{next(_numbers)}"
    return {"dpop": proof(key, jti=jti, htu=htu, iat=int(time.time()), nonce=nonce)}
