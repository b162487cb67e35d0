# ruff: noqa: INP001 - a script of its own
"""risk-engine: scores a payment for a caller whose token says `risk:score:write`, and for no other.

It keeps no list of callers and no secret. Needs fastapi and uvicorn.
"""

import os
from typing import Annotated
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from federation.resource_server.adapters.fastapi import Bridge
from federation.resource_server.claims import Claims
from federation.resource_server.verifier import Verifier


class Payment(BaseModel):
    """What is scored."""

    id: str
    cents: int


def risk_engine(bridge: str, url: str) -> FastAPI:
    """The application. `url`: its own, which proofs of possession name."""
    app, door = FastAPI(), Bridge(Verifier(bridge, "risk-engine"), url=url)

    @app.post("/scores")
    def score(payment: Payment, claims: Annotated[Claims, door.require("risk:score:write")]) -> dict[str, object]:
        return {"payment": payment.id, "score": min(payment.cents / 1_000_000, 1.0), "asked_by": claims.principal}

    return app


if __name__ == "__main__":
    own = os.environ["RISK_ENGINE_URL"]
    uvicorn.run(risk_engine(os.environ["FEDBRIDGE_URL"], own), port=urlsplit(own).port or 8000)
