"""rules.py - what the API says of its values, whichever server asks.

The three originals share this file, as both rooms share common/. It knows no
framework, and nothing in it waits.

A check takes a value as JSON had it, gives it as the database keeps it, and
raises ValueError with the words for the client.
"""

import base64
import json
import os
import re
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote_to_bytes, urlencode

# How a server is told where it works; the names are those of our options.
DATABASE = os.environ.get("TODO_DB", "todos.db")
THREADS = int(os.environ.get("TODO_THREADS", "40"))
UPSTREAM = os.environ.get("TODO_UPSTREAM")
UPSTREAM_TIMEOUT = float(os.environ.get("TODO_UPSTREAM_TIMEOUT", "2"))

OWNER = 1  # of all todos, as there are no accounts here
KEEP_CHANGES = 10_000
BUSY_SECONDS = 5.0  # so long a write waits for another program's lock
ID_MAX = 2**63 - 1
ORDER_MAX = 2**53 - 1
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ID_PATTERN = "[1-9][0-9]{0,18}"
SORT_COLUMNS = {"id": "id", "order": "ord", "due_at": "due_at",
                "created_at": "created_at", "updated_at": "updated_at"}


# --- times ---------------------------------------------------------------

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?"
    r"(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)


def now():
    """Milliseconds since 1970, as the database keeps times."""
    return time.time_ns() // 1_000_000


def time_from_text(text):
    """RFC 3339 with any offset; finer than milliseconds is cut."""
    parts = TIME.fullmatch(text)
    if not parts:
        raise ValueError(text)
    *clock, fraction, sign, hours, minutes = parts.groups()
    moment = datetime(*map(int, clock), tzinfo=timezone.utc)
    if sign:
        if int(hours) > 23 or int(minutes) > 59:
            raise ValueError(text)
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment += -offset if sign == "+" else offset
    cut = int((fraction or "0")[:3].ljust(3, "0"))
    return (moment - EPOCH) // timedelta(milliseconds=1) + cut


def time_to_text(milliseconds):
    if milliseconds is None:
        return None
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- the members of a todo -----------------------------------------------

def check_title(value):
    if value is None:
        raise ValueError("must not be null")
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("must be UTF-8")
    if any(char < " " or char == "\x7f" for char in value):
        raise ValueError("must not have control characters")
    if not 1 <= len(value) <= 200:
        raise ValueError("must have 1 to 200 characters")
    if value.isspace():
        raise ValueError("must not be only white space")
    return value


def check_completed(value):
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def check_completed_in_patch(value):
    """A merge patch says null for "as it was at first"."""
    return False if value is None else check_completed(value)


def check_order(value):
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("must be an integer or null")
    if abs(value) > ORDER_MAX:
        raise ValueError(f"must lie between -{ORDER_MAX} and {ORDER_MAX}")
    if value != int(value):
        raise ValueError("must be an integer or null")
    return int(value)


def check_due_at(value):
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("must be a string with a date and time, or null")
    try:
        return time_from_text(value)
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a date and time (RFC 3339) in the years 0001 to 9999, "
            "such as 2026-11-23T09:30:00Z") from None


# --- the query -----------------------------------------------------------

class Faults(Exception):
    """A query that breaks rules; each fault names its parameter."""

    def __init__(self, faults):
        super().__init__(faults)
        self.faults = [{"parameter": name, "detail": detail}
                       for name, detail in faults]


def check_truth(text):
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def check_number(most):
    def check(text):
        if not re.fullmatch("[1-9][0-9]{0,3}", text) or int(text) > most:
            raise ValueError(f"must be an integer from 1 to {most}")
        return int(text)
    return check


def check_search(text):
    if "\0" in text:
        raise ValueError("must not have U+0000")
    return text


def check_sort(text):
    if text.removeprefix("-") not in SORT_COLUMNS:
        raise ValueError("must be id, order, due_at, created_at or "
                         "updated_at, or one of them after a -")
    return text


def check_cursor(text):
    """What Page.link has written: sort, filters, key and id."""
    try:
        sort, filters, key, id = json.loads(base64.urlsafe_b64decode(text))
        check_sort(sort)
        if not all(type(value) is FILTERS[name]
                   for name, value in filters.items()):
            raise ValueError(text)
        if type(id) is not int or type(key) not in (int, type(None)):
            raise ValueError(text)
        if max(abs(id), abs(key or 0)) > ID_MAX:
            raise ValueError(text)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ValueError(
            "must be the cursor of a next link, unchanged") from None
    return {"sort": sort, "filters": filters, "key": key, "id": id}


FILTERS = {"completed": bool, "overdue": bool, "q": str}
LIST_PARAMETERS = {
    "completed": check_truth, "overdue": check_truth, "q": check_search,
    "sort": check_sort, "limit": check_number(1000), "after": check_cursor}
CLEAR_PARAMETERS = {"completed": check_truth}
SUGGEST_PARAMETERS = {"count": check_number(10)}


def decode(text):
    try:
        if re.search("%(?![0-9A-Fa-f]{2})", text):
            raise ValueError(text)
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except ValueError:
        raise ValueError(
            "must be UTF-8 with whole percent escapes") from None


def read_query(query, parameters):
    """Takes the query as it was sent: frameworks forgive what is bad in it.

    Gives each parameter once it has passed its check; raises Faults.
    """
    values, seen, faults = {}, set(), []
    for part in filter(None, query.split("&")):
        name, _, text = part.partition("=")
        try:
            name = decode(name)
            if name in parameters and name in seen:
                raise ValueError("is repeated")
            if name not in parameters:
                raise ValueError("is not a parameter here")
            seen.add(name)
            values[name] = parameters[name](decode(text))
        except ValueError as fault:
            faults.append((name, str(fault)))
    if faults:
        raise Faults(faults)
    return values


# --- pages ---------------------------------------------------------------

class Page:
    """Which page of which list a query of GET /todos asks for."""

    def __init__(self, query):
        values = read_query(query, LIST_PARAMETERS)
        self.after = values.pop("after", None)
        self.limit = values.pop("limit", 100)
        self.sort = values.pop("sort", None)
        self.filters = values
        if self.after:
            self.continue_list()
        self.sort = self.sort or "id"
        self.column = SORT_COLUMNS[self.sort.removeprefix("-")]
        self.descending = self.sort.startswith("-")

    def continue_list(self):
        """A cursor carries the list that it belongs to."""
        for name, value in self.filters.items():
            if self.after["filters"].get(name) != value:
                raise Faults([("after", "belongs to another sort or filter")])
        if self.sort not in (None, self.after["sort"]):
            raise Faults([("after", "belongs to another sort or filter")])
        self.sort, self.filters = self.after["sort"], self.after["filters"]

    def link(self, url, last):
        """The Link to what comes behind the row `last`."""
        cursor = json.dumps([self.sort, self.filters, last[self.column],
                             last["id"]])
        after = base64.urlsafe_b64encode(cursor.encode()).decode()
        query = urlencode({"limit": self.limit, "after": after})
        return f'<{url}?{query}>; rel="next"'


# --- answers -------------------------------------------------------------

def etag(row):
    return f'"{row["id"]}-{row["version"]}"'


def todo_as_json(row, url=None):
    """What a client reads; without a url it is what the log of changes has."""
    todo = {"id": row["id"], "title": row["title"],
            "completed": bool(row["completed"]), "order": row["ord"],
            "due_at": time_to_text(row["due_at"]),
            "created_at": time_to_text(row["created_at"]),
            "updated_at": time_to_text(row["updated_at"])}
    if url:
        todo["url"] = url
    return todo


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def pointer(name):
    """RFC 6901: where in a body a member stands."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


PROBLEMS = {
    400: ("bad-json", "Body is not acceptable JSON",
          "The body must be one JSON object."),
    404: ("not-found", "Not found", "Nothing is found here."),
    405: ("method-not-allowed", "Method not allowed",
          "This path knows only the methods that Allow lists."),
    415: ("unsupported-media-type", "Unsupported media type",
          "A body is application/json; for PATCH it may also be "
          "application/merge-patch+json."),
    422: ("invalid", "Invalid request",
          "The request breaks the rules that errors lists."),
    500: ("internal", "Internal error", "The fault is the server's."),
    502: ("bad-upstream", "Bad upstream",
          "The server that suggests titles cannot be reached, or its answer "
          "makes no sense."),
    503: ("unavailable", "Unavailable",
          "What this needs is not there now; try again in a moment."),
    504: ("upstream-timeout", "Upstream too slow",
          "The server that suggests titles took too long."),
}


def problem(status, request_id, errors=None):
    """The body of every answer that is an error (RFC 9457)."""
    slug, title, detail = PROBLEMS.get(status, PROBLEMS[500])
    body = {"type": f"urn:todo:problem:{slug}", "title": title,
            "status": status, "detail": detail, "request_id": request_id}
    if errors:
        body["errors"] = errors[:100]
    return body


def title_of(status, body):
    """What an upstream answered, when it makes sense."""
    if status != 200:
        raise ValueError(status)
    return {"title": check_title(json.loads(body)["title"])}
