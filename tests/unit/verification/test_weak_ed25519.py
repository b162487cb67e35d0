import pytest

from federation.verification.jwk import UnusableJwk, is_small_order, read_jwk
from tests.support.jose_keys import b64u, ed25519_key

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """On -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 section 5.1.4, in affine coordinates)."""
    product = D * a[0] * a[1] * b[0] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def root(square: int) -> int | None:
    """RFC 8032 section 5.1.3."""
    candidate = pow(square, (P + 3) // 8, P)
    for x in (candidate, candidate * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square % P:
            return x
    return None


def decoded(y: int) -> Point | None:
    x = root((y * y - 1) * pow(D * y * y + 1, -1, P))
    return None if x is None else (x, y % P)


def has_small_order(y: int) -> bool:
    point = decoded(y)
    if point is None:
        return False
    for _ in range(3):
        point = add(point, point)
    return point == (0, 1)


def eighth_order() -> int:
    """y of a point whose double has y = 0."""
    square = root(1 + D)
    assert square is not None
    candidates = [root((-1 + sign * square) * pow(D, -1, P)) for sign in (1, -1)]
    return next(y for y in candidates if y is not None and has_small_order(y))


def every_encoding() -> list[bytes]:
    """Of every y whose point has an order that divides 8, also written above P, with either sign of x."""
    eighth = eighth_order()
    values = [y for y in (0, 1, P - 1, eighth, P - eighth) if has_small_order(y)]
    assert len(values) == 5
    spellings = [y + offset for y in values for offset in (0, P) if y + offset < 2**255]
    return [(y + sign).to_bytes(32, "little") for y in spellings for sign in (0, 2**255)]


@pytest.mark.parametrize("public", every_encoding(), ids=bytes.hex)
def test_a_key_with_which_anything_verifies_is_refused(public: bytes) -> None:
    assert is_small_order(public)
    with pytest.raises(UnusableJwk, match="small order"):
        read_jwk({"kty": "OKP", "crv": "Ed25519", "x": b64u(public)})


def test_a_sound_key_is_not() -> None:
    key = read_jwk(ed25519_key().jwk())
    assert key.crv == "Ed25519"


def test_what_is_found_is_all_there_is() -> None:
    assert len(every_encoding()) == 14
    assert not any(is_small_order(y.to_bytes(32, "little")) for y in range(2, 200))
