# ruff: noqa: INP001 - a script of its own
"""A warehouse: some may query, some may load. Needs fastapi and uvicorn."""

import os
from typing import Annotated
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, HTTPException

from federation.resource_server.adapters.fastapi import Bridge
from federation.resource_server.claims import Claims
from federation.resource_server.verifier import Verifier

PAYMENTS = [{"id": "p-1", "day": "monday"}, {"id": "p-2", "day": "monday"}, {"id": "p-3", "day": "tuesday"}]


def warehouse(bridge: str, url: str) -> FastAPI:
    """The application. `url`: its own, which proofs of possession name."""
    app, door = FastAPI(), Bridge(Verifier(bridge, "warehouse"), url=url)
    tables: dict[str, object] = {"payments": PAYMENTS}

    @app.get("/tables/{name}", dependencies=[door.require("warehouse:query")])
    def query(name: str) -> object:
        if name not in tables:
            raise HTTPException(404)
        return tables[name]

    @app.put("/tables/{name}")
    def load(
        name: str, rows: dict[str, int], claims: Annotated[Claims, door.require("warehouse:load")]
    ) -> dict[str, object]:
        tables[name] = rows
        return {"loaded": name, "rows": len(rows), "by": claims.principal}

    return app


if __name__ == "__main__":
    own = os.environ["WAREHOUSE_URL"]
    uvicorn.run(warehouse(os.environ["FEDBRIDGE_URL"], own), port=urlsplit(own).port or 8000)
