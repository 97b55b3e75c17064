"""fastapi_def.py - the API in FastAPI's usual `def`: a pool of threads.

The loop reads the request, and hands each function marked `def` to a thread of
a pool. The thread blocks where the function waits; the loop goes on. All
threads busy: the request waits for one. Each thread has its own connection to
the database. Read it beside fastapi_async.py: same functions, same order, and
only the waiting differs.

    uvicorn --app-dir tests/originals fastapi_def:app
"""

import sqlite3
import threading
import time
from contextlib import contextmanager
from typing import List

import anyio
import httpx
from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

import rules
from fastapi_common import *


def connect():
    """A connection, for the thread that asks for it alone."""
    db = sqlite3.connect(rules.DATABASE, isolation_level=None)
    db.row_factory = sqlite3.Row
    for pragma in PRAGMAS:
        db.execute(pragma)
    return db


async def open_all():
    """Each thread opens its connection when it first needs one."""
    app.state.mine = threading.local()
    app.state.lock = threading.Lock()
    app.state.upstream = httpx.Client(timeout=rules.UPSTREAM_TIMEOUT)
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = rules.THREADS


async def close_all():
    app.state.upstream.close()


app = new_app("Todos, def", on_startup=[open_all], on_shutdown=[close_all])


# --- how the operations reach the disk -----------------------------------

def database():
    """The connection of this thread."""
    if not hasattr(app.state.mine, "db"):
        app.state.mine.db = connect()
    return app.state.mine.db


def read(sql, values=()):
    # WAITS: disk
    return database().execute(sql, values).fetchall()


def read_one(sql, values=()):
    rows = read(sql, values)
    return rows[0] if rows else None


@contextmanager
def writing():
    """A transaction. One at a time: SQLite has one lock for all writers, and
    waits for it by looking again and again."""
    db = database()
    with app.state.lock:  # WAITS: lock
        db.execute(BEGIN_WRITE)  # WAITS: lock
        try:
            yield db
            db.execute(TRIM_CHANGES)
            db.commit()  # WAITS: disk
        finally:
            if db.in_transaction:
                db.rollback()


def write_one(db, sql, values):
    """The one row that a statement returns, or None."""
    rows = db.execute(sql, values).fetchall()
    return rows[0] if rows else None


def log_change(db, kind, data):
    db.execute(LOG_CHANGE, (kind, rules.compact(data)))


# --- the operations ------------------------------------------------------

@app.get("/todos", response_model=List[Todo])
def list_todos(request: Request, response: Response,
               page: rules.Page = Depends(list_query)):
    rows = read(*list_statement(page))
    return answer_page(request, response, page, rows)


@app.post("/todos", status_code=201, response_model=Todo,
          dependencies=[Depends(no_query)])
def create_todo(draft: Draft, request: Request, response: Response):
    values = {**columns_of(draft, whole=True), "now": rules.now()}
    with writing() as db:
        row = write_one(db, INSERT, values)
        log_change(db, "created", rules.todo_as_json(row))
    return answer_todo(request, response, row, created=True)


@app.delete("/todos", status_code=204, response_class=Response)
def clear_todos(query: dict = Depends(clear_query)):
    completed = query.get("completed")
    with writing() as db:
        db.execute(CLEAR, {"completed": completed})
        log_change(db, "cleared", {"completed": completed})


@app.get("/todos/stats", response_model=Stats,
         dependencies=[Depends(no_query)])
def count_todos():
    return answer_stats(read_one(COUNT, (rules.now(),)))


@app.get("/todos/{id:todo_id}", response_model=Todo,
         dependencies=[Depends(no_query)])
def read_todo(id: int, request: Request, response: Response):
    row = read_one(READ, (known(id),))
    return answer_todo(request, response, row)


@app.put("/todos/{id:todo_id}", response_model=Todo,
         dependencies=[Depends(no_query)])
def replace_todo(id: int, draft: Draft, request: Request,
                 response: Response):
    row = change_todo(id, columns_of(draft, whole=True))
    return answer_todo(request, response, row)


@app.patch("/todos/{id:todo_id}", response_model=Todo,
           dependencies=[Depends(no_query)])
def patch_todo(id: int, patch: Patch, request: Request,
               response: Response):
    row = change_todo(id, columns_of(patch, whole=False))
    return answer_todo(request, response, row)


def change_todo(id, columns):
    """What changes nothing keeps its version, and is not logged."""
    with writing() as db:
        row = write_one(db, READ, (known(id),))
        new = row and changed(row, columns)
        if new:
            row = write_one(db, UPDATE, new)
            log_change(db, "updated", rules.todo_as_json(row))
    return row


@app.delete("/todos/{id:todo_id}", status_code=204, response_class=Response,
            dependencies=[Depends(no_query)])
def delete_todo(id: int):
    with writing() as db:
        if not write_one(db, DELETE, (known(id),)):
            raise HTTPException(404)
        log_change(db, "deleted", {"id": id})


@app.get("/suggestions", response_model=List[Suggestion])
def suggest_titles(query: dict = Depends(suggest_query)):
    """One call after the other; what is left of the deadline bounds each wait
    of a call, but not the call: an upstream that drips takes longer."""
    if not rules.UPSTREAM:
        raise HTTPException(503)
    until = time.monotonic() + rules.UPSTREAM_TIMEOUT
    answers = []
    for _ in range(query.get("count", 1)):
        left = max(until - time.monotonic(), 0.001)
        answers.append(ask_upstream(left))
    return answers


def ask_upstream(timeout):
    # WAITS: upstream
    answer = app.state.upstream.get(rules.UPSTREAM, timeout=timeout)
    return title_of(answer.status_code, answer.content)


@app.get("/healthz", dependencies=[Depends(no_query)])
def healthz():
    return {"status": "ok"}


@app.get("/readyz", dependencies=[Depends(no_query)])
def readyz():
    read_one(PING)
    return {"status": "ok"}


@app.get("/", dependencies=[Depends(no_query)], include_in_schema=False)
def home():
    return show_home()
