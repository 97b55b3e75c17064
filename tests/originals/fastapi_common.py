"""fastapi_common.py - what both FastAPI apps have in common.

Models, errors, statements of SQL, and what FastAPI leaves to the app: HEAD,
OPTIONS, Allow, paths as they were sent. Nothing in it waits. It runs with
pydantic 1 (Debian 12) and 2 (Debian 13).
"""

import asyncio
import functools
import sqlite3
import uuid
from typing import Any, Optional

import httpx
import pydantic
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import Match

import rules

# Two names of one thing: a check that comes before pydantic's own, and would be
# too late behind it, as pydantic takes "1" for an integer.
if hasattr(pydantic, "field_validator"):
    before = functools.partial(pydantic.field_validator, mode="before")
    members_given = BaseModel.model_dump
else:
    before = functools.partial(pydantic.validator, pre=True)
    members_given = BaseModel.dict


# --- models --------------------------------------------------------------

class Members(BaseModel, extra="forbid"):
    """What the body of every write may have.

    What only the server sets is accepted with any value, and ignored: a client
    may send back what it got.
    """

    order: Optional[int] = None
    due_at: Optional[int] = None
    id: Any = None
    created_at: Any = None
    updated_at: Any = None
    url: Any = None

    @before("order")
    def _check_order(cls, value):
        return rules.check_order(value)

    @before("due_at")
    def _check_due_at(cls, value):
        return rules.check_due_at(value)


class Draft(Members):
    """The body of POST and PUT: what it omits gets its default."""

    title: str
    completed: bool = False

    @before("title")
    def _check_title(cls, value):
        return rules.check_title(value)

    @before("completed")
    def _check_completed(cls, value):
        return rules.check_completed(value)


class Patch(Members):
    """The body of PATCH: what it omits stays."""

    title: str = ""
    completed: bool = False

    @before("title")
    def _check_title(cls, value):
        return rules.check_title(value)

    @before("completed")
    def _check_completed(cls, value):
        return rules.check_completed_in_patch(value)


class Todo(BaseModel):
    """What every answer with a todo has, in this order."""

    id: int
    title: str
    completed: bool
    order: Optional[int]
    due_at: Optional[str]
    created_at: str
    updated_at: str
    url: str


class Stats(BaseModel):
    total: int
    open: int
    completed: int
    overdue: int


class Suggestion(BaseModel):
    title: str


def columns_of(body, whole):
    """What a body sets, by column: all there are, or those that it names."""
    given = members_given(body, exclude_unset=not whole)
    names = {"title": "title", "completed": "completed", "order": "ord",
             "due_at": "due_at"}
    return {column: given[name] for name, column in names.items()
            if name in given}


# --- statements ----------------------------------------------------------

PRAGMAS = ("PRAGMA synchronous = FULL",
           f"PRAGMA busy_timeout = {int(rules.BUSY_SECONDS * 1000)}")
BEGIN_WRITE = "BEGIN IMMEDIATE"
PING = "SELECT count(*) FROM (SELECT 1 FROM todos LIMIT 1)"
READ = "SELECT * FROM todos WHERE id = ? AND owner = 1"
INSERT = ("INSERT INTO todos (title, completed, ord, due_at, created_at,"
          " updated_at) VALUES (:title, :completed, :ord, :due_at, :now, :now)"
          " RETURNING *")
UPDATE = ("UPDATE todos SET version = version + 1, title = :title,"
          " completed = :completed, ord = :ord, due_at = :due_at,"
          " due_armed = due_armed OR due_at IS NOT :due_at, updated_at = :now"
          " WHERE id = :id RETURNING *")
DELETE = "DELETE FROM todos WHERE id = ? AND owner = 1 RETURNING id"
CLEAR = ("DELETE FROM todos WHERE owner = 1"
         " AND (:completed IS NULL OR completed = :completed)")
COUNT = ("SELECT count(*) AS total, coalesce(sum(completed), 0) AS completed,"
         " coalesce(sum(completed = 0 AND due_at <= ?), 0) AS overdue"
         " FROM todos WHERE owner = 1")
LOG_CHANGE = "INSERT INTO changes (kind, data) VALUES (?, ?)"
TRIM_CHANGES = ("DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes)"
                f" - {rules.KEEP_CHANGES}")


def list_statement(page):
    """One row more than the page holds says that there is a next one."""
    where, values = ["owner = 1"], []
    if "completed" in page.filters:
        where.append("completed = ?")
        values.append(page.filters["completed"])
    if "overdue" in page.filters:
        where.append("ifnull(completed = 0 AND due_at <= ?, 0) = ?")
        values += [rules.now(), page.filters["overdue"]]
    if "q" in page.filters:
        where.append("title LIKE ? ESCAPE '\\'")
        values.append(like_pattern(page.filters["q"]))
    if page.after:
        where.append(behind(page))
        key, id = page.after["key"], page.after["id"]
        values += [id] if key is None else [key, key, id]
    key, way = page.column, "DESC" if page.descending else "ASC"
    order = "" if key == "id" else f"{key} IS NULL, {key} {way}, "
    return (f"SELECT * FROM todos WHERE {' AND '.join(where)}"
            f" ORDER BY {order}id {way} LIMIT {page.limit + 1}"), values


def behind(page):
    """Where a page begins: behind a key, with nulls last, and an id."""
    key, than = page.column, "<" if page.descending else ">"
    if page.after["key"] is None:
        return f"{key} IS NULL AND id {than} ?"
    return f"({key} {than} ? OR {key} = ? AND id {than} ? OR {key} IS NULL)"


def like_pattern(search):
    for mark in "\\%_":
        search = search.replace(mark, "\\" + mark)
    return f"%{search}%"


def changed(row, columns):
    """The row with other columns, or None when they are what it has."""
    new = {**{name: row[name] for name in row.keys()}, **columns}
    return None if new == dict(row) else {**new, "now": rules.now()}


# --- requests and answers ------------------------------------------------

class TodoId(Convertor):
    """No sign, no zero before it: what is no id is no path, and 404."""

    regex = rules.ID_PATTERN

    def convert(self, value):
        return int(value)

    def to_string(self, value):
        return str(value)


register_url_convertor("todo_id", TodoId())


def known(id):
    """SQLite's integers end at 2**63 - 1, and so do ids."""
    if id > rules.ID_MAX:
        raise HTTPException(404)
    return id


def query_of(parameters):
    """A dependency: the query, read by our rules."""
    async def read(request: Request):
        return rules.read_query(request.url.query, parameters)
    return read


no_query = query_of({})
clear_query = query_of(rules.CLEAR_PARAMETERS)
suggest_query = query_of(rules.SUGGEST_PARAMETERS)


async def list_query(request: Request):
    return rules.Page(request.url.query)


def answer_todo(request, response, row, created=False):
    """The todo as a client sees it; its version goes into a header."""
    if row is None:
        raise HTTPException(404)
    url = f"{request.base_url}todos/{row['id']}"
    response.headers["ETag"] = rules.etag(row)
    if created:
        response.headers["Location"] = url
    return rules.todo_as_json(row, url)


def answer_page(request, response, page, rows):
    url = f"{request.base_url}todos"
    if len(rows) > page.limit:
        rows = rows[:page.limit]
        response.headers["Link"] = page.link(url, rows[-1])
    return [rules.todo_as_json(row, f"{url}/{row['id']}") for row in rows]


def answer_stats(row):
    return {**dict(row), "open": row["total"] - row["completed"]}


class UpstreamError(Exception):
    """The upstream answered, but no title."""


def title_of(status, body):
    try:
        return rules.title_of(status, body)
    except (ValueError, KeyError, TypeError) as error:
        raise UpstreamError(status) from error


def show_home():
    return HTMLResponse("<!doctype html><title>Todos</title>"
                        "<p>The same API, by FastAPI: <a href=docs>docs</a>.")


def answer_problem(request, status, errors=None, headers=None):
    return JSONResponse(rules.problem(status, request.scope["request_id"],
                                      errors),
                        status, headers, "application/problem+json")


# --- errors --------------------------------------------------------------

async def on_http_exception(request, error):
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = allowed_methods(request.app, request.scope)
    if error.status_code == 503:
        headers["Retry-After"] = "1"
    return answer_problem(request, error.status_code, headers=headers)


async def on_faults(request, error):
    return answer_problem(request, 422, error.faults)


async def on_validation_error(request, error):
    """pydantic's errors as ours; a body without members to name is 400."""
    faults = []
    for fault in error.errors():
        place, name = fault["loc"][0], fault["loc"][1:2]
        if place != "body" or not name or "json" in fault["type"]:
            return answer_problem(request, 400)
        faults.append({"pointer": rules.pointer(name[0]),
                       "detail": fault["msg"].removeprefix("Value error, ")})
    return answer_problem(request, 422, faults)


async def on_database_error(request, error):
    return await on_http_exception(request, HTTPException(503))


async def on_upstream_error(request, error):
    late = isinstance(error, (httpx.TimeoutException, TimeoutError))
    return answer_problem(request, 504 if late else 502)


# --- the app -------------------------------------------------------------

def allowed_methods(app, scope):
    """FastAPI keeps a route for each method: ask all that match the path."""
    methods = set()
    for route in app.routes:
        if route.matches(scope)[0] != Match.NONE:
            methods |= route.methods | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(m for m in rules.ALL_METHODS if m in methods)


def new_app(title, **events):
    """An app without operations; `events` open and close what it uses."""
    app = FastAPI(title=title, **events)
    app.router.redirect_slashes = False
    app.add_middleware(Door, router=app.router)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(rules.Faults, on_faults)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(sqlite3.OperationalError, on_database_error)
    for error in (httpx.HTTPError, UpstreamError, asyncio.TimeoutError):
        app.add_exception_handler(error, on_upstream_error)
    return app


class Door:
    """Middleware: sees each request before FastAPI does.

    It gives the request an id, takes the path as it was sent, lets each GET
    have its HEAD, and answers OPTIONS.
    """

    def __init__(self, app, router):
        self.app = app
        self.router = router

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope = dict(scope, request_id=uuid.uuid4().hex)
        if b"%" in scope["raw_path"]:
            scope["path"] = scope["raw_path"].decode("latin-1")
        app = self.app
        if scope["method"] == "HEAD":
            scope["method"] = "GET"  # uvicorn knows, and sends no body
        elif scope["method"] == "OPTIONS":
            allow = allowed_methods(self.router, scope)
            if allow:
                app = Response(status_code=204, headers={"Allow": allow})

        async def send_with_id(message):
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"x-request-id", scope["request_id"].encode()),
                    (b"cache-control", b"no-cache")]
            await send(message)

        await app(scope, receive, send_with_id)
