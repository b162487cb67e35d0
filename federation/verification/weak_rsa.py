"""RSA moduli that must not be trusted."""

from functools import cache

MIN_BITS = 2048
MAX_BITS = 8192
"""Above it, verifying is a way to burn our CPU."""
MIN_EXPONENT = 3
MAX_EXPONENT_BITS = 32

_GENERATOR = 65537
_PRIMES = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103),
    *(107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


def weakness(modulus: int, exponent: int) -> str | None:
    """Why a public key must not be trusted; None: no known reason."""
    if not MIN_BITS <= modulus.bit_length() <= MAX_BITS:
        return "RSA modulus below 2048 or above 8192 bits"
    if modulus % 2 == 0 or exponent % 2 == 0 or exponent < MIN_EXPONENT or exponent.bit_length() > MAX_EXPONENT_BITS:
        return "RSA modulus or exponent"
    if _has_roca_fingerprint(modulus):
        return "ROCA"
    return None


def _has_roca_fingerprint(modulus: int) -> bool:
    """CVE-2017-15361: the primes were built from powers of 65537, and the modulus shows it at every small prime."""
    return all(modulus % prime in residues for prime, residues in _subgroups())


@cache
def _subgroups() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple((prime, frozenset(pow(_GENERATOR, power, prime) for power in range(prime))) for prime in _PRIMES)
