"""views.py - the API in Django REST framework: a thread for each request.

A worker of gunicorn (gthread) has so many threads. The thread of a request
blocks wherever the request waits: for the client, the lock, the disk, the
upstream. All threads busy: the request waits for one. Between two requests a
connection has no thread. Each thread has its own connection to the database.

    DJANGO_SETTINGS_MODULE=drf.settings gunicorn --chdir tests/originals \
        --threads 40 'django.core.wsgi:get_wsgi_application()'
"""

import threading
import time
import uuid
from contextlib import contextmanager

import httpx
from django.db import OperationalError, transaction
from django.db.models import Count, F, Q
from django.http import HttpResponse, JsonResponse
from django.urls import path, register_converter
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import APIView

import rules
from drf.models import Todo, log_change, rows_of
from drf.serializers import TodoSerializer

write_lock = threading.Lock()
upstream = httpx.Client(timeout=rules.UPSTREAM_TIMEOUT)


# --- how the operations reach the disk -----------------------------------

@contextmanager
def writing():
    """A transaction. One at a time: SQLite has one lock for all writers, and
    waits for it by looking again and again."""
    with write_lock:  # WAITS: lock
        with transaction.atomic():  # WAITS: disk, when it ends
            yield


def lock_todo(id):
    """Reads a todo that is to be changed, or 404.

    A transaction that has read, and then writes, fails at once in SQLite when
    another one has written meanwhile; so this one begins with a write.
    """
    todos = Todo.objects.filter(id=id, owner=rules.OWNER)
    if id > rules.ID_MAX or not todos.update(version=F("version")):
        raise exceptions.NotFound()
    return todos.get()


# --- the operations ------------------------------------------------------

class View(APIView):
    http_method_names = [name.lower() for name in rules.ALL_METHODS]

    def options(self, request, **kwargs):
        return Response(status=204)

    def query(self, parameters=None):
        """Read by our rules, and not before the method is known."""
        return rules.read_query(self.request.META["QUERY_STRING"],
                                parameters or {})

    def answer(self, todo, status=200):
        """The todo as a client sees it; its version goes into a header."""
        base = self.request.build_absolute_uri("/todos")
        data = TodoSerializer(todo, context={"base": base}).data
        headers = {"ETag": rules.etag(todo.as_row())}
        if status == 201:
            headers["Location"] = data["url"]
        return Response(data, status, headers=headers)

    def checked(self, todo=None, partial=False):
        """What the body sets, by column."""
        serializer = TodoSerializer(todo, data=self.request.data,
                                    partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class MergePatchParser(JSONParser):
    media_type = "application/merge-patch+json"


class TodoList(View):
    def get(self, request):
        """list_todos"""
        page = rules.Page(request.META["QUERY_STRING"])
        rows = list(rows_of(page))  # WAITS: disk
        base = request.build_absolute_uri("/todos")
        headers = {}
        if len(rows) > page.limit:
            rows.pop()
            headers["Link"] = page.link(base, rows[-1].as_row())
        data = TodoSerializer(rows, many=True, context={"base": base}).data
        return Response(data, headers=headers)

    def post(self, request):
        """create_todo"""
        self.query()
        now = rules.now()
        todo = Todo(**self.checked(), created_at=now, updated_at=now)
        with writing():
            todo.save(force_insert=True)
            log_change("created", rules.todo_as_json(todo.as_row()))
        return self.answer(todo, 201)

    def delete(self, request):
        """clear_todos"""
        query = self.query(rules.CLEAR_PARAMETERS)
        with writing():
            Todo.objects.filter(owner=rules.OWNER, **query).delete()
            log_change("cleared", {"completed": query.get("completed")})
        return Response(status=204)


class TodoStats(View):
    def get(self, request):
        """count_todos"""
        self.query()
        late = Q(completed=False, due_at__lte=rules.now())
        todos = Todo.objects.filter(owner=rules.OWNER)
        counts = todos.aggregate(  # WAITS: disk
            total=Count("id"), done=Count("id", filter=Q(completed=True)),
            late=Count("id", filter=late))
        return Response({"total": counts["total"],
                         "open": counts["total"] - counts["done"],
                         "completed": counts["done"],
                         "overdue": counts["late"]})


class TodoDetail(View):
    parser_classes = [JSONParser, MergePatchParser]

    def get(self, request, id):
        """read_todo"""
        self.query()
        todos = Todo.objects.filter(id=id, owner=rules.OWNER)
        todo = todos.first() if id <= rules.ID_MAX else None  # WAITS: disk
        if not todo:
            raise exceptions.NotFound()
        return self.answer(todo)

    def put(self, request, id):
        """replace_todo"""
        self.query()
        return self.answer(self.change(id, self.checked()))

    def patch(self, request, id):
        """patch_todo"""
        self.query()
        return self.answer(self.change(id, self.checked(partial=True)))

    def change(self, id, columns):
        """What changes nothing keeps its version, and is not logged."""
        with writing():
            todo = lock_todo(id)
            before = todo.as_row()
            for column, value in columns.items():
                setattr(todo, column, value)
            if todo.as_row() != before:
                todo.version += 1
                todo.updated_at = rules.now()
                todo.due_armed |= todo.due_at != before["due_at"]
                todo.save(force_update=True)
                log_change("updated", rules.todo_as_json(todo.as_row()))
        return todo

    def delete(self, request, id):
        """delete_todo"""
        self.query()
        with writing():
            lock_todo(id).delete()
            log_change("deleted", {"id": id})
        return Response(status=204)


class Suggestions(View):
    def get(self, request):
        """suggest_titles: one call after the other; what is left of the
        deadline bounds each wait of a call, but not the call: an upstream that
        drips takes longer."""
        query = self.query(rules.SUGGEST_PARAMETERS)
        if not rules.UPSTREAM:
            raise Problem(503)
        until = time.monotonic() + rules.UPSTREAM_TIMEOUT
        answers = []
        for _ in range(query.get("count", 1)):
            left = max(until - time.monotonic(), 0.001)
            answers.append(ask_upstream(left))
        return Response(answers)


def ask_upstream(timeout):
    try:
        # WAITS: upstream
        answer = upstream.get(rules.UPSTREAM, timeout=timeout)
        return rules.title_of(answer.status_code, answer.content)
    except httpx.TimeoutException as error:
        raise Problem(504) from error
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Problem(502) from error


class Healthz(View):
    def get(self, request):
        self.query()
        return Response({"status": "ok"})


class Readyz(View):
    def get(self, request):
        self.query()
        Todo.objects.exists()  # WAITS: disk
        return Response({"status": "ok"})


class Home(View):
    def get(self, request):
        self.query()
        return HttpResponse("<!doctype html><title>Todos</title>"
                            "<p>The same API, by Django REST framework.")


# --- errors --------------------------------------------------------------

class Problem(exceptions.APIException):
    def __init__(self, status):
        super().__init__()
        self.status_code = status


def on_exception(error, context):
    """Every error as ours: a problem document (RFC 9457)."""
    errors, headers = None, {}
    if isinstance(error, exceptions.ValidationError):
        status = 422
        errors = [{"pointer": rules.pointer(name), "detail": str(details[0])}
                  for name, details in error.detail.items()]
    elif isinstance(error, rules.Faults):
        status, errors = 422, error.faults
    elif isinstance(error, OperationalError):
        status = 503
    elif isinstance(error, exceptions.APIException):
        status = error.status_code
    else:
        return None  # Django answers with handler500
    if status == 503:
        headers["Retry-After"] = "1"
    body = rules.problem(status, context["request"].id, errors)
    return Response(body, status, headers=headers,
                    content_type="application/problem+json")


def answer_problem(request, status):
    return JsonResponse(rules.problem(status, request.id), status=status,
                        content_type="application/problem+json")


def handler404(request, exception):
    return answer_problem(request, 404)


def handler500(request):
    return answer_problem(request, 500)


# --- the site ------------------------------------------------------------

def door(get_response):
    """Middleware: gives each request an id, takes the path as it was sent, and
    sends no body after a HEAD."""
    def handle(request):
        request.id = uuid.uuid4().hex
        sent = request.META["RAW_URI"].partition("?")[0]
        if "%" in sent:
            request.path_info = sent
        response = get_response(request)
        response["X-Request-Id"] = request.id
        response["Cache-Control"] = "no-cache"
        if request.method == "HEAD":
            response.content = b""
        return response
    return handle


class TodoId:
    """No sign, no zero before it: what is no id is no path, and 404."""

    regex = rules.ID_PATTERN

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


register_converter(TodoId, "todo_id")

urlpatterns = [
    path("", Home.as_view()),
    path("healthz", Healthz.as_view()),
    path("readyz", Readyz.as_view()),
    path("suggestions", Suggestions.as_view()),
    path("todos", TodoList.as_view()),
    path("todos/stats", TodoStats.as_view()),
    path("todos/<todo_id:id>", TodoDetail.as_view()),
]
