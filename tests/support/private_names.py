"""Which private names of Textual and Rich a module uses, read from its syntax tree."""

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

LIBRARIES = ("textual", "rich")


class Use(NamedTuple):
    """A private name of a library where it is used: a member's own name, or the whole name of a module."""

    file: str
    line: int
    name: str


def is_private(name: str) -> bool:
    """Tell whether `name` is private: one leading underscore; two belong to Python."""
    return name.startswith("_") and not name.startswith("__")


def of_library(module: str | None) -> bool:
    """Tell whether a module is Textual's or Rich's."""
    return (module or "").split(".")[0] in LIBRARIES


@cache
def members_of_module(path: str) -> dict[str, frozenset[str]]:
    """Return the private members of each class in a file: what its body defines, and what it puts on `self`."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name: frozenset(_members(node)) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if is_private(name):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()) if is_private(name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) if is_private(name):
                yield name


def members_of_class(kind: type) -> frozenset[str]:
    """Return the private members that a class has from Textual and Rich."""
    found: frozenset[str] = frozenset()
    for base in kind.__mro__:
        if of_library(base.__module__):
            file = importlib.import_module(base.__module__).__file__
            assert file is not None
            found |= members_of_module(file).get(base.__name__, frozenset())
    return found


@cache
def all_members() -> frozenset[str]:
    """Return the private members of all classes of Textual and Rich."""
    found: set[str] = set()
    for library in LIBRARIES:
        folder = Path(importlib.import_module(library).__path__[0])
        for path in folder.rglob("*.py"):
            for members in members_of_module(str(path)).values():
                found |= members
    return frozenset(found)


def uses(module: ModuleType) -> list[Use]:
    """Return every use of a private name of Textual or Rich in `module`.

    An attribute of `self` is one if the class has it from a library's class: to define it by mistake counts too. An
    attribute of anything else is one if any class of the libraries has it.
    """
    assert module.__file__ is not None
    finder = _Finder(module)
    finder.visit(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
    return finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self, module: ModuleType) -> None:
        self.found: list[Use] = []
        self._module = module
        self._classes: list[type | None] = []
        self._modules: dict[str, str] = {}  # the names that stand for modules here, and which

    def _note(self, node: ast.AST, name: str) -> None:
        self.found.append(Use(self._module.__name__, getattr(node, "lineno", 0), name))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._modules[alias.asname or alias.name.split(".")[0]] = alias.name
            if of_library(alias.name) and any(map(is_private, alias.name.split("."))):
                self._note(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if of_library(module) and any(map(is_private, module.split("."))):
            self._note(node, module)
            return
        for alias in node.names:
            whole = f"{module}.{alias.name}"
            if _is_module(whole):
                self._modules[alias.asname or alias.name] = whole
            if of_library(module) and is_private(alias.name):
                self._note(node, whole)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        owner = self._classes[-1] if self._classes else self._module
        kind = getattr(owner, node.name, None)
        self._classes.append(kind if isinstance(kind, type) else None)
        for name in _body_names(node):
            self._check_own(node, name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        match node.value:
            case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
                self._check_own(node, node.attr)
            case ast.Name(id=name) if name in self._modules:
                module = self._modules[name]
                # a name of a library's module that is replaced there is as good as private
                if of_library(module) and (is_private(node.attr) or isinstance(node.ctx, ast.Store)):
                    self._note(node, f"{module}.{node.attr}")
            case _ if is_private(node.attr) and node.attr in all_members():
                self._note(node, node.attr)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(str(name)), *_]):
                if is_private(name) and name in all_members():
                    self._note(node, name)
        self.generic_visit(node)

    def _check_own(self, node: ast.AST, name: str) -> None:
        kind = self._classes[-1] if self._classes else None
        if is_private(name) and kind is not None and name in members_of_class(kind):
            self._note(node, name)


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:  # what is in front of the last dot is no package
        return False


def _body_names(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
