"""The mutants of a module: one thing in it is otherwise. Texts for people, log lines and asserts are left alone."""

import ast
import copy
import difflib
import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

OTHER: dict[type, Callable[[], Any]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
TEXTS = ("_", "ngettext", "gettext_lazy", "gettext_noop", "logger.warning", "logger.exception", "logging.getLogger")
NOT_RUN = ("annotation", "returns", "decorator_list")
Place = tuple[ast.AST, str, int | None]  # a field of a node


@dataclass
class Mutant:
    """One change: in which function, in which lines, how it reads, and what makes it in this process."""

    function: str
    lines: range
    diff: list[str]
    apply: Callable[[], None]

    @property
    def key(self) -> str:
        """What it is called in equivalent.txt."""
        return " ".join(f"{self.function}: {' '.join(self.diff)}".split())


def mutants(path: Path, module: str) -> Iterator[Mutant]:
    """All of a module, in the order of its lines: of its functions, methods and constants."""
    tree = ast.parse(path.read_text())
    for top in tree.body:
        for part in top.body if isinstance(top, ast.ClassDef) else [top]:
            constant = part is top and isinstance(part, ast.Assign)
            if not constant and not isinstance(part, ast.FunctionDef):
                continue
            name, before = getattr(part, "name", module), ast.unparse(part).splitlines()
            for statement, place, node in _places(part, part):
                for other in _others(node):
                    ast.copy_location(other, node)
                    _put(place, other)
                    after = ast.unparse(part).splitlines()
                    _put(place, node)
                    diff = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
                    apply = _applying(path, module, tree, part, place, other)
                    lines = range(1, 1 << 16) if constant else _lines(statement)
                    yield Mutant(name, lines, [line for line in diff if line[0] != "@"], apply)


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """What is tried in the place of a node."""
    match node:
        case ast.Compare():
            for place, op in enumerate(node.ops):
                ops = [*node.ops[:place], OTHER[type(op)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp() | ast.BinOp() | ast.AugAssign() if type(node.op) in OTHER:
            made = copy.copy(node)
            made.op = OTHER[type(node.op)]()
            yield made
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Name() if node.id in NAMES:
            yield ast.Name(NAMES[node.id], node.ctx)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value):
            yield ast.Constant(f"{value}x")
        case ast.Return() if node.value and getattr(node.value, "value", node) is not None:
            yield ast.Return(ast.Constant(None))
        case ast.Break() | ast.Continue():
            yield OTHER[type(node)]()
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Delete):
        yield ast.Pass()


def _places(node: ast.AST, of: ast.stmt) -> Iterator[tuple[ast.stmt, Place, ast.AST]]:
    """What may be changed below a node of a statement: its own statement, its place, and it."""
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST) and name not in NOT_RUN and not _is_left_alone(child):
                statement = child if isinstance(child, ast.stmt) else of
                if not isinstance(node, ast.JoinedStr):
                    yield statement, (node, name, index), child
                yield from _places(child, statement)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_left_alone(node.value)
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and ast.unparse(node.func) in TEXTS)


def _put(place: Place, node: ast.AST) -> None:
    parent, name, index = place
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _lines(statement: ast.stmt) -> range:
    """Those of a statement; of one with a body those before that, but all of a function, which has defaults."""
    end, body = (statement.end_lineno or 0) + 1, getattr(statement, "body", None)
    if isinstance(statement, ast.FunctionDef) or not body:
        return range(statement.lineno, end)
    return range(statement.lineno, max(body[0].lineno, statement.lineno + 1))


def _applying(path: Path, module: str, tree: ast.Module, part: ast.stmt, place: Place, other: ast.AST) -> Any:
    def apply() -> None:
        _put(place, other)
        ast.fix_missing_locations(tree)
        if isinstance(part, ast.FunctionDef):
            _give_other_code(path, tree, part)
        else:
            exec(compile(ast.Module([part], []), str(path), "exec"), vars(sys.modules[module]))  # noqa: S102

    return apply


def _give_other_code(path: Path, tree: ast.Module, part: ast.FunctionDef) -> None:
    """To the functions that are there, since others have them by import, and decorators by reference."""
    codes = {(code.co_qualname, code.co_firstlineno): code for code in _codes(compile(tree, str(path), "exec"))}
    for each in gc.get_objects():
        if type(each) is not FunctionType:  # isinstance would wake lazy objects
            continue
        if each.__code__.co_filename == str(path) and each.__name__ == part.name:
            code = codes[each.__code__.co_qualname, each.__code__.co_firstlineno]
            if len(code.co_freevars) == len(each.__code__.co_freevars):
                each.__code__ = code
            _give_other_defaults(each, part.args)


def _give_other_defaults(function: FunctionType, arguments: ast.arguments) -> None:
    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "default", "eval"), function.__globals__)  # noqa: S307

    function.__defaults__ = tuple(value(each) for each in arguments.defaults)
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    function.__kwdefaults__ = {each.arg: value(default) for each, default in named if default}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)
