"""SPIFFE IDs, and texts that only look like some (tests/vectors/spiffe)."""

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors" / "spiffe" / "ids.json"
LONGEST_DOMAIN = "a" * 255


def accepted() -> list[str]:
    domain = f"spiffe://{LONGEST_DOMAIN}/a"
    return [*_load()["accepted"], domain, domain + "a" * (2048 - len(domain))]


def refused() -> list[tuple[str, str]]:
    """(text, what is wrong with it)"""
    domain = f"spiffe://{LONGEST_DOMAIN}/a"
    long = [
        (f"spiffe://a{LONGEST_DOMAIN}/a", "a trust domain of 256"),
        (domain + "a" * (2049 - len(domain)), "2049 characters"),
    ]
    return [*_load()["refused"].items(), *long]


def _load() -> dict[str, Any]:
    return dict(json.loads(VECTORS.read_text()))
