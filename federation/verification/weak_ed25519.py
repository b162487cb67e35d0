"""Ed25519 keys that must not be trusted: points of small order (RFC 8032 section 5.1, RFC 7748 section 6.1)."""

_SIGN = 0x80
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""Every encoding, canonical or not, with the sign of x left out."""


def is_small_order(public: bytes) -> bool:
    """Whether anybody can make signatures that verify with this key of 32 bytes."""
    return public[:-1] + bytes([public[-1] & ~_SIGN]) in _SMALL_ORDER
