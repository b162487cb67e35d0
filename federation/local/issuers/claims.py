"""What a claim set is before it is signed."""

from typing import Any, TypeAlias

ClaimSet: TypeAlias = dict[str, Any]
"""Claim name -> JSON value. Times are seconds since the epoch."""
