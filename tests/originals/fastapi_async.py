"""fastapi_async.py - the API in FastAPI's `async def`: one loop for all.

Every function here runs on the loop. At an `await` that waits, the loop serves
another request; between two of them nobody else runs. A statement of SQL would
block the loop, so aiosqlite has a thread for each connection, and each `await`
on one is a trip to that thread and back. Read it beside fastapi_def.py: same
functions, same order, and only the waiting differs.

    uvicorn --app-dir tests/originals fastapi_async:app
"""

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from typing import List

import aiosqlite
import httpx
from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

import rules
from fastapi_common import *


async def connect():
    """A connection, which brings a thread of its own."""
    db = await aiosqlite.connect(rules.DATABASE, isolation_level=None)
    db.row_factory = sqlite3.Row
    for pragma in PRAGMAS:
        await db.execute(pragma)
    return db


async def open_all():
    """Two connections: nobody reads what is written and not committed."""
    app.state.reader = await connect()
    app.state.writer = await connect()
    app.state.lock = asyncio.Lock()
    app.state.upstream = httpx.AsyncClient(timeout=rules.UPSTREAM_TIMEOUT)
    app.state.ask = ask_upstream


async def close_all():
    await app.state.reader.close()
    await app.state.writer.close()
    await app.state.upstream.aclose()


app = new_app("Todos, async def", on_startup=[open_all],
              on_shutdown=[close_all])


# --- how the operations reach the disk -----------------------------------

async def read(sql, values=()):
    # WAITS: disk
    return await app.state.reader.execute_fetchall(sql, values)


async def read_one(sql, values=()):
    rows = list(await read(sql, values))
    return rows[0] if rows else None


@asynccontextmanager
async def writing():
    """A transaction. One at a time: they share the connection."""
    db = app.state.writer
    async with app.state.lock:  # WAITS: lock
        await db.execute(BEGIN_WRITE)  # WAITS: lock
        try:
            yield db
            await db.execute(TRIM_CHANGES)
            await db.commit()  # WAITS: disk
        finally:
            if db.in_transaction:
                await db.rollback()


async def write_one(db, sql, values):
    """The one row that a statement returns, or None."""
    rows = list(await db.execute_fetchall(sql, values))
    return rows[0] if rows else None


async def log_change(db, kind, data):
    await db.execute(LOG_CHANGE, (kind, rules.compact(data)))


# --- the operations ------------------------------------------------------

@app.get("/todos", response_model=List[Todo])
async def list_todos(request: Request, response: Response,
                     page: rules.Page = Depends(list_query)):
    rows = list(await read(*list_statement(page)))
    return answer_page(request, response, page, rows)


@app.post("/todos", status_code=201, response_model=Todo,
          dependencies=[Depends(no_query)])
async def create_todo(draft: Draft, request: Request, response: Response):
    values = {**columns_of(draft, whole=True), "now": rules.now()}
    async with writing() as db:
        row = await write_one(db, INSERT, values)
        await log_change(db, "created", rules.todo_as_json(row))
    return answer_todo(request, response, row, created=True)


@app.delete("/todos", status_code=204, response_class=Response)
async def clear_todos(query: dict = Depends(clear_query)):
    completed = query.get("completed")
    async with writing() as db:
        await db.execute(CLEAR, {"completed": completed})
        await log_change(db, "cleared", {"completed": completed})


@app.get("/todos/stats", response_model=Stats,
         dependencies=[Depends(no_query)])
async def count_todos():
    return answer_stats(await read_one(COUNT, (rules.now(),)))


@app.get("/todos/{id:todo_id}", response_model=Todo,
         dependencies=[Depends(no_query)])
async def read_todo(id: int, request: Request, response: Response):
    row = await read_one(READ, (known(id),))
    return answer_todo(request, response, row)


@app.put("/todos/{id:todo_id}", response_model=Todo,
         dependencies=[Depends(no_query)])
async def replace_todo(id: int, draft: Draft, request: Request,
                       response: Response):
    row = await change_todo(id, columns_of(draft, whole=True))
    return answer_todo(request, response, row)


@app.patch("/todos/{id:todo_id}", response_model=Todo,
           dependencies=[Depends(no_query)])
async def patch_todo(id: int, patch: Patch, request: Request,
                     response: Response):
    row = await change_todo(id, columns_of(patch, whole=False))
    return answer_todo(request, response, row)


async def change_todo(id, columns):
    """What changes nothing keeps its version, and is not logged."""
    async with writing() as db:
        row = await write_one(db, READ, (known(id),))
        new = row and changed(row, columns)
        if new:
            row = await write_one(db, UPDATE, new)
            await log_change(db, "updated", rules.todo_as_json(row))
    return row


@app.delete("/todos/{id:todo_id}", status_code=204, response_class=Response,
            dependencies=[Depends(no_query)])
async def delete_todo(id: int):
    async with writing() as db:
        if not await write_one(db, DELETE, (known(id),)):
            raise HTTPException(404)
        await log_change(db, "deleted", {"id": id})


@app.get("/suggestions", response_model=List[Suggestion])
async def suggest_titles(query: dict = Depends(suggest_query)):
    """All calls at once, and one deadline for the whole."""
    if not rules.UPSTREAM:
        raise HTTPException(503)
    calls = [app.state.ask() for _ in range(query.get("count", 1))]
    return await asyncio.wait_for(asyncio.gather(*calls),
                                  rules.UPSTREAM_TIMEOUT)


async def ask_upstream():
    # WAITS: upstream
    answer = await app.state.upstream.get(rules.UPSTREAM)
    return title_of(answer.status_code, answer.content)


@app.get("/healthz", dependencies=[Depends(no_query)])
async def healthz():
    return {"status": "ok"}


@app.get("/readyz", dependencies=[Depends(no_query)])
async def readyz():
    await read_one(PING)
    return {"status": "ok"}


@app.get("/", dependencies=[Depends(no_query)], include_in_schema=False)
async def home():
    return show_home()
