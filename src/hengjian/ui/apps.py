"""The Django application that carries templates, static files and tags."""

from django import forms
from django.apps import AppConfig
from django.core import checks, validators


class UiConfig(AppConfig):
    name = "hengjian.ui"
    label = "ui"

    def ready(self) -> None:
        from hengjian.ui import navigation

        say_errors_plainly()
        checks.register(navigation.check_places, checks.Tags.urls)


def say_errors_plainly() -> None:
    """Errors that every form field can give, in words for people; Django's own speak of variables and fields."""
    validators.MaxLengthValidator.message = "最多 %(limit_value)d 个字，现在是 %(show_value)d 个"
    validators.MinLengthValidator.message = "至少 %(limit_value)d 个字，现在是 %(show_value)d 个"
    validators.ProhibitNullCharactersValidator.message = "有看不见的空字符，请重新输入"
    forms.Field.default_error_messages["required"] = "请填写"
    forms.ChoiceField.default_error_messages["invalid_choice"] = "没有“%(value)s”这一项，请从列出的里面选"
    forms.MultipleChoiceField.default_error_messages["invalid_choice"] = "没有“%(value)s”这一项，请从列出的里面选"
