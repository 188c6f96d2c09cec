# What we call of Flask-Babel, with its types: the package publishes none.

from collections.abc import Callable
from typing import Any

from flask import Flask

class Domain:
    def __init__(self, translation_directories: str | list[str] | None = None, domain: str = "messages") -> None: ...

class Babel:
    def init_app(
        self,
        app: Flask,
        default_locale: str = "en",
        default_domain: str | list[str] = "messages",
        default_translation_directories: str = "translations",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], str | None] | None = None,
        timezone_selector: Callable[[], str | None] | None = None,
        **options: Any,
    ) -> None: ...
    def __init__(self, app: Flask | None = None, **options: Any) -> None: ...

def gettext(string: str, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> str: ...
