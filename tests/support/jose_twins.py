"""Other texts for the same token: what an eavesdropper can make of one without any key."""

import base64

from tests.support.jose_keys import b64u

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def twin(token: str) -> str:
    """An ES256 token with s replaced by n - s: its signature is as good (ATTACKS A13)."""
    signed, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    mirrored = P256_ORDER - int.from_bytes(raw[32:])
    return f"{signed}.{b64u(raw[:32] + mirrored.to_bytes(32))}"


def respelled(token: str) -> list[str]:
    """The same bytes in spellings that lax readers take for the same (ATTACKS A11)."""
    return [
        f"{token}=",
        f"{token}==",
        f" {token}",
        f"{token}\n\n",
        token.replace(".", ".\n", 1),
        token[:-1] + _other(token),
    ]


def _other(token: str) -> str:
    """The last character with its unused bits set: 64 octets leave four of them."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(token[-1]) | 1]
