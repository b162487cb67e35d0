"""Keys of DynamoDB items, built from outside text without collisions (ATTACKS E6)."""

from functools import lru_cache
from hashlib import sha256

KEPT = 2048
"""Keys that are remembered: an exchange needs a score of them, nearly all the same as the last."""
LONGEST = 512
"""Characters that stand in a key as they are: a sort key may have 1,024 bytes."""


@lru_cache(maxsize=KEPT)
def item_key(*parts: str) -> str:
    """An ASCII key that no other tuple of parts has: each part with its length before it.

    From the first part on that is not ASCII, or that makes the key too long, `h` and the digest of the whole stand for
    the rest: no part begins with `h`, since lengths are digits. What a role may write is told by the parts before.
    """
    if not parts:
        raise ValueError("a key needs a part")
    written = [f"{len(part)}:{part}" for part in parts]
    key = "".join(written)
    if len(key) <= LONGEST and key.isascii():
        return key
    return _beginning(written) + "h" + sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _beginning(written: list[str]) -> str:
    kept = ""
    for part in written:
        if not part.isascii() or len(kept) + len(part) > LONGEST:
            break
        kept += part
    return kept
