#!/usr/bin/env python3
"""other.py PORT FOLDER - a server that shares nothing with ours but the API.

It is there to prove that the suite can be passed from the contract alone, up to
level 5: a thread for each connection, a dictionary, one lock, and nothing but
Python's standard library. What it keeps is gone when it ends.
"""
import base64
import datetime
import json
import re
import socket
import socketserver
import sys
import threading
import time
import uuid

BODY_MAX, TARGET_MAX, HEAD_MAX, READ_MAX = 65536, 8192, 16384, 32768
FIELDS_MAX, DEPTH_MAX, MEMBERS_MAX, NUMBER_MAX = 64, 32, 64, 63
ORDER_MAX = 2**53 - 1
SPACE = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(c) for c in range(0x2000, 0x200B)}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Known, though no path takes them: 405. Any other is malformed.
OTHERS = ("CONNECT", "PROPFIND", "MKCOL", "LOCK", "UNLOCK", "PROPPATCH",
          "REPORT")
PATHS = {"/todos": ("GET", "POST", "DELETE"),
         "/todos/{id}": ("GET", "PUT", "PATCH", "DELETE")}
PAGES = ("/", "/docs", "/live", "/waiting")
PATHS.update({path: ("GET",)
              for path in PAGES + ("/openapi.json", "/healthz", "/readyz")})
# What the document lists, though it is 404 here: levels 6 and above.
BEYOND = {"/todos/events": ("GET",), "/todos/export": ("GET",),
          "/todos/stats": ("GET",), "/suggestions": ("GET",),
          "/users": ("POST",), "/tokens": ("POST",), "/docs/{file}": ("GET",),
          "/metrics": ("GET",)}
JSON, MERGE = "application/json", "application/merge-patch+json"
SORTS = ("id", "order", "due_at", "created_at", "updated_at")
REASONS = {200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified"}


class Refused(Exception):
    """An answer that is a problem document."""

    def __init__(self, status, fields=(), errors=None, closes=False):
        super().__init__(status)
        self.status, self.fields, self.errors = status, dict(fields), errors
        self.closes = closes


class Gone(Exception):
    """The client has left."""


# --- the todos ---------------------------------------------------------------

lock = threading.Lock()  # around all that follows
todos = {}
last_id = 0


def now_ms():
    return time.time_ns() // 1000000


def show_time(ms):
    if ms is None:
        return None
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return at.isoformat(timespec="milliseconds") + "Z"


def read_time(text):
    match = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):([0-5]\d)(?:\.(\d+))?"
        r"(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))", text, re.ASCII)
    if not match:
        return None
    fraction, sign, hours, minutes = match.groups()[6:]
    try:
        at = datetime.datetime(*map(int, match.groups()[:6]))
        if sign:
            offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
            at = at - offset if sign == "+" else at + offset
    except (ValueError, OverflowError):
        return None
    since = at - datetime.datetime(1970, 1, 1)
    ms = int((fraction or "0")[:3].ljust(3, "0"))
    return (since.days * 86400 + since.seconds) * 1000 + ms


def show(todo, base):
    return {"id": todo["id"], "title": todo["title"],
            "completed": todo["completed"], "order": todo["order"],
            "due_at": show_time(todo["due_at"]),
            "created_at": show_time(todo["created_at"]),
            "updated_at": show_time(todo["updated_at"]),
            "url": f"{base}/todos/{todo['id']}"}


def etag(todo):
    return f'"{todo["id"]}-{todo["version"]}"'


# --- a body ------------------------------------------------------------------

def member_list(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) or len(names) > MEMBERS_MAX:
        raise ValueError
    return dict(pairs)


def number(text):
    if len(text) > NUMBER_MAX:
        raise ValueError
    return float(text)


def no_constant(_):
    raise ValueError


def check_value(value, depth):
    if depth > DEPTH_MAX:
        raise ValueError
    if isinstance(value, str):
        value.encode()  # not for half a surrogate pair
    elif isinstance(value, dict):
        for name, inner in value.items():
            name.encode()
            check_value(inner, depth + isinstance(inner, (dict, list)))
    elif isinstance(value, list):
        for inner in value:
            check_value(inner, depth + isinstance(inner, (dict, list)))


def read_json(body):
    try:
        value = json.loads(body.decode(), object_pairs_hook=member_list,
                           parse_int=number, parse_float=number,
                           parse_constant=no_constant)
        check_value(value, 1)
    except (ValueError, RecursionError) as error:
        raise Refused(400) from error
    if not isinstance(value, dict):
        raise Refused(400)
    return value


def good_title(value):
    return (isinstance(value, str) and 1 <= len(value) <= 200
            and not all(c in SPACE for c in value)
            and not any(ord(c) < 0x20 or ord(c) == 0x7f for c in value))


def read_draft(body, patches):
    """What a body asks for; what a PUT or POST omits has its default."""
    given = read_json(body)
    draft = {} if patches else {"completed": False, "order": None,
                                "due_at": None}
    errors = []

    def fault(name):
        place = name.replace("~", "~0").replace("/", "~1")
        errors.append({"pointer": "/" + place, "detail": "is not as it must be"})

    for name, value in given.items():
        if name in ("id", "url", "created_at", "updated_at"):
            continue
        if name == "title" and good_title(value):
            draft[name] = value
        elif name == "completed" and (isinstance(value, bool)
                                      or (patches and value is None)):
            draft[name] = bool(value)
        elif name in ("order", "due_at") and value is None:
            draft[name] = None
        elif (name == "order" and isinstance(value, float)
              and abs(value) <= ORDER_MAX and value == int(value)):
            draft[name] = int(value)
        elif (name == "due_at" and isinstance(value, str)
              and read_time(value) is not None):
            draft[name] = read_time(value)
        else:
            fault(name)
    if not patches and "title" not in given:
        fault("title")
    if errors:
        raise Refused(422, errors=errors[:100])
    return draft


# --- a query -----------------------------------------------------------------

def decode(text):
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise ValueError
    raw = re.sub(rb"%(..)", lambda m: bytes([int(m[1], 16)]),
                 text.replace("+", " ").encode("latin-1"))
    return raw.decode()


def read_query(text, known):
    """The parameters, decoded; refuses what is not known, with all faults."""
    given, faults = {}, []
    for part in text.split("&") if text else []:
        name, _, value = part.partition("=")
        try:
            name = decode(name)
            value = decode(value)
        except ValueError:
            faults.append(name)
            continue
        if name not in known or name in given:
            faults.append(name)
        given[name] = value
    return given, faults


def refuse_query(faults):
    if faults:
        raise Refused(422, errors=[
            {"parameter": name, "detail": "is not as it must be"}
            for name in dict.fromkeys(faults)])


def rank(row, sort):
    """Where a row stands: nulls last either way, ties by id."""
    key, number_of = row
    sign = -1 if sort.startswith("-") else 1
    return (key is None, sign * (key or 0), sign * number_of)


def read_cursor(text, same):
    try:
        padded = text + "=" * (-len(text) % 4)
        cursor = json.loads(base64.b64decode(padded, "-_", validate=True))
        place, others = tuple(cursor[0]), cursor[1]
        if (others == same and len(place) == 2 and isinstance(place[1], int)
                and isinstance(place[0], (int, type(None)))):
            return place
    except (ValueError, TypeError, KeyError, IndexError):
        pass
    return None


class List:
    """The query of GET /todos."""

    def __init__(self, text):
        given, faults = read_query(text, ("completed", "overdue", "q", "sort",
                                          "limit", "after"))
        self.sort = given.get("sort", "id")
        self.q = given.get("q", "")
        self.completed = given.get("completed")
        self.overdue = given.get("overdue")
        if self.sort.removeprefix("-") not in SORTS:
            faults.append("sort")
        for name in ("completed", "overdue"):
            if given.get(name, "true") not in ("true", "false"):
                faults.append(name)
        limit = given.get("limit", "100")
        if not re.fullmatch("[1-9][0-9]{0,3}", limit) or int(limit) > 1000:
            faults.append("limit")
        same = [self.sort, self.q, self.completed, self.overdue]
        self.after = None
        if "after" in given:
            self.after = read_cursor(given["after"], same)
            if self.after is None:
                faults.append("after")
        refuse_query(faults)
        self.limit, self.same = int(limit), same

    def place(self, todo):
        return todo[self.sort.removeprefix("-")], todo["id"]

    def takes(self, todo):
        lower = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                              "abcdefghijklmnopqrstuvwxyz")
        late = (not todo["completed"] and todo["due_at"] is not None
                and todo["due_at"] <= now_ms())
        return (self.completed in (None, str(todo["completed"]).lower())
                and self.overdue in (None, str(late).lower())
                and self.q.translate(lower) in todo["title"].translate(lower))

    def page(self):
        """The rows of the page, and the place where the next one begins."""
        with lock:
            rows = [dict(todo) for todo in todos.values() if self.takes(todo)]
        rows.sort(key=lambda todo: rank(self.place(todo), self.sort))
        if self.after is not None:
            begin = rank(self.after, self.sort)
            rows = [todo for todo in rows
                    if rank(self.place(todo), self.sort) > begin]
        more = len(rows) > self.limit
        rows = rows[:self.limit]
        return rows, self.place(rows[-1]) if more else None

    def next_query(self, place):
        cursor = base64.b64encode(json.dumps([place, self.same]).encode(), b"-_")
        pairs = {"limit": str(self.limit), "sort": self.sort, "q": self.q,
                 "completed": self.completed, "overdue": self.overdue,
                 "after": cursor.decode().rstrip("=")}
        return "&".join(name + "=" + "".join(
            chr(byte) if chr(byte).isalnum() and byte < 128 or byte in b"-_."
            else f"%{byte:02X}" for byte in value.encode())
            for name, value in pairs.items() if value)


# --- conditions --------------------------------------------------------------

def read_tags(request, name):
    values = request.all(name)
    if not values:
        return None
    if len(values) > 1:
        raise Refused(400)
    if values[0] == "*":
        return "*"
    tags = re.findall(r'(?:W/)?"[^"]*"', values[0])
    rest = re.sub(r'(?:W/)?"[^"]*"', "", values[0])
    if not tags or len(tags) > 16 or rest.strip(" ,"):
        raise Refused(400)
    return tags


def check_conditions(request, todo):
    match, none = request.match, request.none_match
    if match is not None and match != "*" and etag(todo) not in match:
        raise Refused(412)
    if none == "*":
        raise Refused(412)


# --- operations --------------------------------------------------------------

class Answer:
    def __init__(self, status, body=b"", fields=(), kind=JSON):
        self.status, self.body, self.kind = status, body, kind
        self.fields = dict(fields)


def json_bytes(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def one(todo, request, status=200):
    fields = {"ETag": etag(todo)}
    if status == 201:
        fields["Location"] = f"{request.base}/todos/{todo['id']}"
    return Answer(status, json_bytes(show(todo, request.base)), fields)


def list_todos(request):
    rows, place = request.list.page()
    fields = {}
    if place is not None:
        query = request.list.next_query(place)
        fields["Link"] = f'<{request.base}/todos?{query}>; rel="next"'
    return Answer(200, json_bytes([show(t, request.base) for t in rows]), fields)


def create_todo(request):
    global last_id
    draft = read_draft(request.body, False)
    with lock:
        last_id += 1
        at = now_ms()
        todo = {"id": last_id, "version": 1, "created_at": at,
                "updated_at": at, **draft}
        todos[last_id] = todo
        return one(todo, request, 201)


def clear_todos(request):
    with lock:
        for number_of in [number_of for number_of, todo in todos.items()
                          if request.completed in
                          (None, str(todo["completed"]).lower())]:
            del todos[number_of]
    return Answer(204)


def find(request):
    """The caller has the lock."""
    if request.id not in todos:
        raise Refused(404)
    return todos[request.id]


def read_todo(request):
    with lock:
        todo = find(request)
        none = request.none_match
        if none is not None and (none == "*" or etag(todo) in [
                tag.removeprefix("W/") for tag in none]):
            return Answer(304, fields={"ETag": etag(todo)})
        return one(todo, request)


def change_todo(request):
    draft = read_draft(request.body, request.method == "PATCH")
    with lock:
        todo = find(request)
        check_conditions(request, todo)
        if any(todo[name] != value for name, value in draft.items()):
            todo.update(draft, version=todo["version"] + 1,
                        updated_at=max(now_ms(), todo["updated_at"]))
        return one(todo, request)


def delete_todo(request):
    with lock:
        check_conditions(request, find(request))
        del todos[request.id]
    return Answer(204)


def show_page(request):
    if request.path in PAGES:
        page = f"<!doctype html><title>{request.path}</title><p>A third server."
        return Answer(200, page.encode(), kind="text/html; charset=utf-8")
    if request.path == "/openapi.json":
        paths = {path: {method.lower(): {"responses": {}} for method in methods}
                 for path, methods in {**PATHS, **BEYOND}.items()}
        return Answer(200, json_bytes({
            "openapi": "3.1.0", "info": {"title": "Todos", "version": "1"},
            "paths": paths}))
    return Answer(200, b'{"status":"ok"}')


OPERATIONS = {("/todos", "GET"): list_todos, ("/todos", "POST"): create_todo,
              ("/todos", "DELETE"): clear_todos,
              ("/todos/{id}", "GET"): read_todo,
              ("/todos/{id}", "PUT"): change_todo,
              ("/todos/{id}", "PATCH"): change_todo,
              ("/todos/{id}", "DELETE"): delete_todo}


# --- a request ---------------------------------------------------------------

class Request:
    """A head that is being understood, in the order that the contract says."""

    def __init__(self, head):
        self.method, self.stays, self.body, self.base = "-", False, b"", ""
        self.minor, self.match, self.none_match = 1, None, None
        self.length, self.chunked, self.continues = 0, False, False
        self.head = head

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name]

    def first(self, name):
        return next(iter(self.all(name)), None)

    def parse(self):
        lines = self.head.decode("latin-1").split("\r\n")
        self.method = lines[0].split(" ")[0]
        match = re.fullmatch(r"([A-Z]+) ([^ ]+) HTTP/(\d)\.(\d)", lines[0])
        if not match or self.method not in METHODS + OTHERS:
            raise Refused(400)
        target, version = match[2], (match[3], match[4])
        if version not in (("1", "0"), ("1", "1")):
            raise Refused(505)
        self.minor = int(version[1])
        self.fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+",
                                             name):
                raise Refused(400)
            self.fields.append((name, value.strip(" ")))
        if not target.startswith("/"):
            raise Refused(400)
        self.path, _, self.query = target.partition("?")
        self.check_framing()
        if len(self.fields) >= FIELDS_MAX or len(self.head) > HEAD_MAX:
            raise Refused(431)
        if len(target) > TARGET_MAX:
            raise Refused(414)
        self.check_host()
        self.stays = self.wants_to_stay()

    def check_framing(self):
        lengths, codings = self.all("content-length"), self.all(
            "transfer-encoding")
        if (len(lengths) > 1 or len(codings) > 1 or (lengths and codings)
                or (lengths and not re.fullmatch("[0-9]+", lengths[0]))
                or (codings and (self.minor == 0
                                 or codings[0].lower() != "chunked"))
                or self.all("trailer")):
            raise Refused(400)
        if len(self.all("host")) != 1 and (self.minor or self.all("host")):
            raise Refused(400)
        self.has_length = bool(lengths)
        self.length = int(lengths[0][:20]) if lengths else 0
        self.chunked = bool(codings)

    def check_host(self):
        host = self.first("host")
        if host is None:
            self.base = f"http://127.0.0.1:{port}"
            return
        match = re.fullmatch(r"([0-9A-Za-z._~-]+|\[[0-9A-Za-z.:_~-]+\])"
                             r"(?::(\d*))?", host, re.ASCII)
        if not match or int(match[2] or 0) > 65535:
            raise Refused(400)
        self.base = f"http://{host}"
        name = match[1].lower().removesuffix(".")
        byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
        if name not in ("localhost", "[::1]") and not re.fullmatch(
                rf"127\.{byte}\.{byte}\.{byte}", name):
            raise Refused(421)

    def wants_to_stay(self):
        options = ",".join(self.all("connection")).lower()
        words = [word.strip() for word in options.split(",")]
        if "close" in words or "upgrade" in options:
            return False
        if not self.all("connection"):
            return self.minor == 1
        return words.count("keep-alive") == 1 and len(
            self.all("connection")) == 1

    def route(self):
        self.id, self.row = 0, self.path
        match = re.fullmatch("/todos/([^/]+)", self.path)
        if match:
            self.row = "/todos/{id}"
            if not re.fullmatch("[1-9][0-9]{0,18}", match[1], re.ASCII) or int(
                    match[1]) >= 2**63:
                raise Refused(404)
            self.id = int(match[1])
        if self.row not in PATHS:
            raise Refused(404)
        known = PATHS[self.row]
        self.allow = {"Allow": ", ".join(
            method for method in METHODS if method in known
            or method == "OPTIONS" or (method == "HEAD" and "GET" in known))}
        if "PATCH" in known and self.method in ("PATCH", "OPTIONS"):
            self.patches = {"Accept-Patch": f"{MERGE}, {JSON}"}
        else:
            self.patches = {}
        if self.method not in self.allow["Allow"].split(", "):
            raise Refused(405, self.allow)

    def check(self):
        self.parse()
        self.route()
        expects = self.all("expect")
        if expects and (len(expects) > 1
                        or expects[0].lower() != "100-continue"):
            raise Refused(417)
        self.continues = bool(expects) and self.minor == 1
        if self.method != "OPTIONS":
            self.check_query()
        if self.method in ("POST", "PUT", "PATCH"):
            self.check_body()
        if self.length > BODY_MAX:
            raise Refused(413)
        if self.row == "/todos/{id}" and self.method == "PUT" and self.all(
                "content-range"):
            raise Refused(400)
        if self.row == "/todos/{id}" and self.method != "OPTIONS":
            if self.method not in ("GET", "HEAD"):
                self.match = read_tags(self, "if-match")
            self.none_match = read_tags(self, "if-none-match")

    def check_query(self):
        if self.row == "/todos" and self.method in ("GET", "HEAD"):
            self.list = List(self.query)
            return
        known = ("completed",) if (self.row, self.method) == (
            "/todos", "DELETE") else ()
        given, faults = read_query(self.query, known)
        self.completed = given.get("completed")
        if self.completed not in (None, "true", "false"):
            faults.append("completed")
        refuse_query(faults)

    def check_body(self):
        types = self.all("content-type")
        kind = types[0].partition(";")[0].strip().lower() if types else ""
        if len(types) != 1 or not (kind == JSON or (kind == MERGE and
                                                    self.method == "PATCH")):
            raise Refused(415, self.patches)
        codings = ",".join(self.all("content-encoding")).split(",")
        if any(c.strip().lower() not in ("", "identity") for c in codings):
            raise Refused(415)
        if not self.has_length and not self.chunked:
            raise Refused(411)

    def run(self):
        if self.method == "OPTIONS":
            return Answer(204, fields={**self.allow, **self.patches})
        method = "GET" if self.method == "HEAD" else self.method
        return OPERATIONS.get((self.row, method), show_page)(self)


# --- a connection ------------------------------------------------------------

class Connection(socketserver.BaseRequestHandler):
    def setup(self):
        self.request.settimeout(60)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""

    def more(self):
        got = self.request.recv(65536)
        if not got:
            raise Gone
        self.bytes += got

    def read_head(self):
        """Gives the head without its last empty line, or what is broken."""
        while True:
            text = self.bytes.removeprefix(b"\r\n")
            end = text.find(b"\r\n\r\n")
            part = text if end < 0 else text[:end + 4]
            last = part[:-1] if part.endswith(b"\r") else part
            if re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]|\r(?!\n)|(?<!\r)\n",
                         last) or part.startswith(b"\r\n"):
                return part.partition(b"\r\n")[0], True
            if end >= 0:
                self.bytes = text[end + 4:]
                return text[:end], False
            if len(text) > READ_MAX:
                return b"", True
            self.more()

    def take(self, count):
        while len(self.bytes) < count:
            self.more()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def take_line(self):
        while b"\r\n" not in self.bytes:
            if len(self.bytes) > 80 or b"\n" in self.bytes:
                raise Refused(400, closes=True)
            self.more()
        line, _, self.bytes = self.bytes.partition(b"\r\n")
        return line

    def read_body(self, request):
        if not request.chunked:
            return self.take(request.length)
        body = b""
        while True:
            size = self.take_line()
            if not re.fullmatch(b"[0-9A-Fa-f]{1,64}", size):
                raise Refused(400, closes=True)
            if int(size, 16) > BODY_MAX - len(body):
                raise Refused(413, closes=True)
            if int(size, 16) == 0:
                break
            body += self.take(int(size, 16))
            if self.take(2) != b"\r\n":
                raise Refused(400, closes=True)
        if self.take(2) != b"\r\n":
            raise Refused(400, closes=True)
        return body

    def serve(self, request, broken):
        if broken:
            request.method = request.head.split(b" ")[0].decode("latin-1")
            raise Refused(400, closes=True)
        try:
            request.check()
        except Refused as error:
            error.closes |= request.chunked or request.length > 0
            raise
        if request.chunked or request.length:
            if request.continues:
                self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            try:
                request.body = self.read_body(request)
            except Gone as error:
                raise Refused(400, closes=True) from error
        return request.run()

    def problem(self, error, name):
        body = {"type": f"/problems/{error.status}", "title": "Refused",
                "status": error.status, "detail": "It cannot be answered so.",
                "request_id": name}
        if error.errors is not None:
            body["errors"] = error.errors
        return Answer(error.status, json_bytes(body), error.fields,
                      "application/problem+json")

    def answer_one(self):
        head, broken = self.read_head()
        request, name = Request(head), uuid.uuid4().hex
        try:
            answer = self.serve(request, broken)
        except Refused as error:
            request.stays = request.stays and not error.closes
            answer = self.problem(error, name)
        fields = {"X-Request-Id": name, **answer.fields}
        if answer.status not in (204, 304):
            fields["Content-Type"] = answer.kind
            fields["Content-Length"] = str(len(answer.body))
        if not request.stays:
            fields["Connection"] = "close"
        elif request.minor == 0:
            fields["Connection"] = "keep-alive"
        reason = REASONS.get(answer.status, "Refused")
        text = f"HTTP/1.1 {answer.status} {reason}\r\n" + "".join(
            f"{key}: {value}\r\n" for key, value in fields.items()) + "\r\n"
        self.request.sendall(text.encode("latin-1") + (
            b"" if request.method == "HEAD" else answer.body))
        return request.stays

    def handle(self):
        try:
            while self.answer_one():
                pass
            self.request.shutdown(socket.SHUT_WR)
            self.request.settimeout(1)
            while self.request.recv(65536):
                pass
        except (Gone, OSError):
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


port = int(sys.argv[1])
with Server(("127.0.0.1", port), Connection) as server:
    server.serve_forever()
