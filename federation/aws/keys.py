"""Keys of DynamoDB items, built from outside text without collisions (ATTACKS E6)."""

from hashlib import sha256

LONGEST = 512
"""Characters that stand in a key as they are: a sort key may have 1,024 bytes."""


def item_key(*parts: str) -> str:
    """An ASCII key that no other tuple of parts has: each part with its length before it.

    A tuple that is long or not ASCII is hashed as a whole; `h` begins no other key, since lengths are digits.
    """
    if not parts:
        raise ValueError("a key needs a part")
    key = "".join(f"{len(part)}:{part}" for part in parts)
    if len(key) <= LONGEST and key.isascii():
        return key
    return "h" + sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
