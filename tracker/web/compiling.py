"""Templates compiled once a language: sentences and icons that never change become part of the page's text.

A page says hundreds of fixed sentences. Looking each up while drawing took a tenth of a form's time and a fifth of the
inbox's; here it happens while compiling, and compiled templates are kept on the disk (``PageCache``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache, nodes
from jinja2.bccache import Bucket
from jinja2.visitor import NodeTransformer

from tracker.web import icons

SOURCE_LANGUAGE = "zh"
_RULES = Path(icons.__file__).read_bytes() + Path(__file__).read_bytes()


class PageEnvironment(Environment):
    """Compiles templates in one language; ``in_language`` gives the one for another."""

    language: str = SOURCE_LANGUAGE
    words: bytes = b""
    """The catalogue as it was read: templates compiled with other words are compiled anew."""
    say: Callable[[str], str] = str

    def learn(self, read: Callable[[str], tuple[Callable[[str], str], bytes]]) -> None:
        """Take where the sentences of a language come from: what says one, and the catalogue's bytes."""
        self._read = read
        self._spoken: dict[str, PageEnvironment] = {SOURCE_LANGUAGE: self}

    def in_language(self, language: str) -> PageEnvironment:
        """Return the environment whose templates are compiled in a language."""
        if language not in self._spoken:
            other = self.overlay(cache_size=400)
            other.language = language
            other.say, other.words = self._read(language)
            self._spoken[language] = other
        return self._spoken[language]

    def _generate(self, source: nodes.Template, *place: Any, **how: Any) -> str:
        return super()._generate(_Fixing(self, source).visit(source), *place, **how)


class PageCache(FileSystemBytecodeCache):
    """Compiled templates on the disk, apart by language, forgotten when words, icons or this way to compile change."""

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        """Find the place of a template compiled in the environment's language."""
        fixed = hashlib.sha256(_RULES + environment.words).hexdigest()[:12]
        return super().get_bucket(environment, f"{environment.language}-{fixed}-{name}", filename, source)


class _Fixing(NodeTransformer):
    """Works out ``_("…")`` and ``icon("…")`` in the tree of a template, as far as they depend on nothing else."""

    def __init__(self, environment: PageEnvironment, template: nodes.Template) -> None:
        self.environment = environment
        self.fixed = {"_", "icon"} - set(_names_made(template))
        """The names that mean what they mean everywhere: a template may call something of its own ``icon``."""

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja finds it by this name
        """Put the sentence or the icon where it was asked for."""
        self.generic_visit(call)
        if (
            not isinstance(call.node, nodes.Name)
            or call.node.name not in self.fixed
            or call.dyn_args
            or call.dyn_kwargs
        ):
            return call
        told = [one.value for one in call.args if isinstance(one, nodes.Const)]
        if len(told) < len(call.args):
            return call
        if call.node.name == "_":
            return self._sentence(told[0], call)
        return call if call.kwargs else _safe(icons.icon(*told), call)

    def _sentence(self, text: str, call: nodes.Call) -> nodes.Node:
        said = self.environment.say(text)
        if not call.kwargs:
            return _safe(said % {}, call)
        facts = [
            nodes.Pair(nodes.Const(fact.key, lineno=call.lineno), fact.value, lineno=call.lineno)
            for fact in call.kwargs
        ]
        return nodes.Mod(_safe(said, call), nodes.Dict(facts, lineno=call.lineno), lineno=call.lineno)


def _names_made(template: nodes.Template) -> Iterator[str]:
    """Name what a template sets, takes as a parameter, imports or defines."""
    yield from (name.name for name in template.find_all(nodes.Name) if name.ctx != "load")
    yield from (macro.name for macro in template.find_all(nodes.Macro))
    yield from (whole.target for whole in template.find_all(nodes.Import))
    for some in template.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in some.names)


def _safe(text: str, at: nodes.Node) -> nodes.MarkSafe:
    return nodes.MarkSafe(nodes.Const(str(text), lineno=at.lineno), lineno=at.lineno)
