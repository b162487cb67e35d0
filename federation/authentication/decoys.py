"""Keys without an owner: with them an assertion is verified for which there is no key (ATTACKS L10).

So a caller cannot tell by the time it takes whether a client is registered. What comes out is never looked at, and no
private half was ever kept.
"""

from collections.abc import Mapping as ReadOnly
from functools import lru_cache
from typing import Protocol

from federation.model.json import JsonObject
from federation.verification.algorithms import ALGORITHMS, SignatureAlgorithm
from federation.verification.compact import UnverifiedJwt
from federation.verification.jwk import PublicKey, read_jwk

_KEYS: ReadOnly[str, JsonObject] = {
    "RSA": {
        "kty": "RSA",
        "n": (
            "sOsL6LrjlJ3r6euYusFm44XBE8DaLS_pJyHIbuifFnPBHHkKXmeHQAdCbdxBs1EPPJlxbGeJpsDPJ8n-n2B6Cte17yzjxQb7WgFv"
            "Af88Wq_-Eaxkt6CDPZner76SHhzDFaXX13FWsdX4xt-tsyxfq23ERlhticqikcuM2v-vEjSvONbB4nRH7DV8MA0_N8gQ1yJdQrhI"
            "VwOIl1lVEBR6AjPJsRTKe4gHwstx4gnuXzseV3Dj1fLSuyvBJg7VhR2uka5qP-CVUxxCCwmb1vwY1c4VJKZCU99rArRlgCscsZ-8"
            "pwKxtVDEfD1HvCbUHnfUNUiI2hP82WrP-VxCt1wxlw"
        ),
        "e": "AQAB",
    },
    "P-256": {
        "kty": "EC",
        "crv": "P-256",
        "x": "1Y8LnikbI6zrnpgrEytru7aY272JW0GDnIVb6dE5dXo",
        "y": "y4oe_xO2xCSuT9Q4hoSTRgFxgIvcicaxNZMIdjHljJI",
    },
    "P-384": {
        "kty": "EC",
        "crv": "P-384",
        "x": "g9BMh_bgU10meRORFGdFRh_8vlu-4gztR7JQpYBCkcGcRm9eXQB1_zb0eb7shVJc",
        "y": "S7kgwanVAR9mcZ0ChJAfuxWx5XUihnqkBhgt_u-RxXe6jYdJBnKZgq3tBjkQz0Bs",
    },
    "P-521": {
        "kty": "EC",
        "crv": "P-521",
        "x": "AXRgQfg3XwLR5tH0s1WOK8ix9HWMPsrpQipkdrC1Ok-Z9IacD9OEAuoDvicxrYrDLgKc1tvXM-AIt9e4qdfW4Wdl",
        "y": "AExj8H3fNvZXapo4qG8SYcAwyT9Bm22DGv2EN98w3qmOICN_T0DRgUmdEEiZMK0LPkc52GjBP5donjg1Sz6ITG7c",
    },
    "Ed25519": {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "iX9mTRE5Ihst5hrA1C_8cbKlL07QkzL8wYVXG9KAS2E",
    },
}
"""By curve, or by kind where there is none."""


class DecoyKeys(Protocol):
    """Keys that verify nothing."""

    def key(self, algorithm: SignatureAlgorithm) -> PublicKey:
        """One of the algorithm's kind."""
        ...


class Decoys:
    """The keys above, each read once."""

    def key(self, algorithm: SignatureAlgorithm) -> PublicKey:
        """One of the algorithm's kind."""
        return _read(algorithm.crv or algorithm.kty)


@lru_cache(maxsize=len(_KEYS))
def _read(name: str) -> PublicKey:
    return read_jwk(_KEYS[name]).public_key


def spend(jwt: UnverifiedJwt, keys: DecoyKeys) -> None:
    """The work of verifying; an algorithm that does not exist here costs nothing."""
    algorithm = ALGORITHMS.get(jwt.unverified_header.alg)
    if algorithm is not None:
        algorithm.verify(keys.key(algorithm), jwt.signing_input, jwt.signature)
