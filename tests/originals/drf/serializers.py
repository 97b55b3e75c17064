"""serializers.py - a todo between JSON and a row of the database.

A field of Django REST framework takes "1" for an integer and "yes" for true, so
each has a check of ours instead of its own.
"""

from collections.abc import Mapping

from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError

import rules


class Checked(serializers.Field):
    """A field whose check is one of rules.py."""

    def __init__(self, check, **kwargs):
        super().__init__(**kwargs)
        self.check = check

    def to_internal_value(self, data):
        try:
            return self.check(data)
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def to_representation(self, value):
        return value


class Completed(Checked):
    def run_validation(self, data=serializers.empty):
        """A merge patch says null for "as it was at first"."""
        return super().run_validation(
            False if data is None and self.root.partial else data)


class Time(Checked):
    def to_representation(self, value):
        return rules.time_to_text(value)


class TodoSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    title = Checked(rules.check_title)
    completed = Completed(rules.check_completed, default=False)
    order = Checked(rules.check_order, source="ord", default=None,
                    allow_null=True)
    due_at = Time(rules.check_due_at, default=None, allow_null=True)
    created_at = Time(None, read_only=True)
    updated_at = Time(None, read_only=True)
    url = serializers.SerializerMethodField()

    def get_url(self, todo):
        return f"{self.context['base']}/{todo.id}"

    def to_internal_value(self, data):
        """All faults at once, and members that no todo has are among them."""
        if not isinstance(data, Mapping):
            raise ParseError()
        faults = {name: ["is not a member of a todo"]
                  for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            faults.update(error.detail)
        if faults:
            raise ValidationError(faults)
        return values
