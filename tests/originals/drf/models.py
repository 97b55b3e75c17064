"""models.py - the tables, which are made by common/store/schema.

managed = False: Django uses them, and neither makes nor changes them.
"""

from django.db import models
from django.db.backends.signals import connection_created
from django.db.models import F, Max, Q
from django.dispatch import receiver

import rules


class Todo(models.Model):
    owner = models.IntegerField(default=rules.OWNER)
    version = models.IntegerField(default=1)
    title = models.TextField()
    completed = models.BooleanField(default=False)
    ord = models.BigIntegerField(null=True)
    due_at = models.BigIntegerField(null=True)
    due_armed = models.BooleanField(default=True)
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()

    class Meta:
        db_table = "todos"
        managed = False

    def as_row(self):
        """What rules.py and a page call a row."""
        return {field.column: getattr(self, field.column)
                for field in self._meta.concrete_fields}


class Change(models.Model):
    kind = models.TextField()
    data = models.TextField()

    class Meta:
        db_table = "changes"
        managed = False


@receiver(connection_created)
def set_up(connection, **kwargs):
    """An answered write is on the disk, as in all the other servers."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = FULL")


def log_change(kind, data):
    Change.objects.create(kind=kind, data=rules.compact(data))
    newest = Change.objects.aggregate(newest=Max("id"))["newest"]
    Change.objects.filter(id__lte=newest - rules.KEEP_CHANGES).delete()


def rows_of(page):
    """One row more than the page holds says that there is a next one."""
    todos = Todo.objects.filter(owner=rules.OWNER)
    if "completed" in page.filters:
        todos = todos.filter(completed=page.filters["completed"])
    if "q" in page.filters:
        todos = todos.filter(title__icontains=page.filters["q"])
    if "overdue" in page.filters:
        late = Q(completed=False, due_at__isnull=False,
                 due_at__lte=rules.now())
        todos = todos.filter(late if page.filters["overdue"] else ~late)
    if page.after:
        todos = todos.filter(behind(page))
    key = F(page.column)
    key = (key.desc if page.descending else key.asc)(nulls_last=True)
    order = ["-id" if page.descending else "id"]
    if page.column != "id":
        order.insert(0, key)
    return todos.order_by(*order)[:page.limit + 1]


def behind(page):
    """Where a page begins: behind a key, with nulls last, and an id."""
    column, than = page.column, "lt" if page.descending else "gt"
    key, id = page.after["key"], page.after["id"]
    later_id = Q(**{f"id__{than}": id})
    is_null = Q(**{f"{column}__isnull": True})
    if key is None:
        return is_null & later_id
    return (Q(**{f"{column}__{than}": key}) | Q(**{column: key}) & later_id
            | is_null)
