"""RSA keys for whoever does not care which: made once per process, since each takes a tenth of a second."""

from functools import cache
from itertools import count

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

APART = 3
SIZE = 15
_numbers = count()


@cache
def pooled(_number: int) -> RSAPrivateKey:
    """The same key for the same number, and for no other."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def first_of_mine() -> int:
    """Where somebody begins to take keys: five in a row meet only beyond their third key."""
    return next(_numbers) * APART % SIZE
