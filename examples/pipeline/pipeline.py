# ruff: noqa: INP001, T201 - a script of its own
"""A data pipeline: extract, transform, load. Each stage has a token for what that stage does, and nothing else.

One identity stands behind both tokens (of Composer, Dataflow, Airflow or Dagster: whatever the source finds). A query
that is made to write gets nowhere, and a run of hours needs nothing more: each token is replaced before it ends.
"""

import os
from collections import Counter

import httpx

from federation.client import FederatedToken, HttpxAuth

BRIDGE, WAREHOUSE = os.environ["FEDBRIDGE_URL"], os.environ["WAREHOUSE_URL"]


def warehouse(scope: str) -> httpx.Client:
    """A client that may do that one thing."""
    return httpx.Client(base_url=WAREHOUSE, auth=HttpxAuth(FederatedToken(BRIDGE, "warehouse", scope=scope)))


def extract() -> list[dict[str, str]]:
    """Payments as they came in."""
    with warehouse("warehouse:query") as client:
        payments: list[dict[str, str]] = client.get("/tables/payments").raise_for_status().json()
        return payments


def transform(payments: list[dict[str, str]]) -> dict[str, int]:
    """How many a day."""
    return Counter(payment["day"] for payment in payments)


def load(days: dict[str, int]) -> str:
    """Into the table that reports are made from."""
    with warehouse("warehouse:load") as client:
        return client.put("/tables/payments_by_day", json=days).raise_for_status().text


if __name__ == "__main__":
    print(load(transform(extract())))
