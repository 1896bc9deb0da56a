"""Which Python a script may be: RestrictedPython's transformer, with what ordinary modern scripts need.

Every node must be on the list: syntax of a new Python is refused until someone decides. Every binding is checked for
names that begin with an underscore, since the guards have such names. Reads of items, iteration and calls stay as
written; attribute names are judged here where they are written, and only what depends on the object becomes a call of
a guard: `_getattr_`, `_write_`, `_inplacevar_`, `_format_` and the operators whose results can be enormous.
This file is a boundary.
"""

import ast
from typing import Any, Final

from RestrictedPython.transformer import IOPERATOR_TO_STR, RestrictingNodeTransformer, copy_locations

from sandbox.diagnostics import (
    REFUSED_ATTRIBUTES,
    REFUSED_BUILTINS,
    REFUSED_NAMES,
    REFUSED_SYNTAX,
    UNKNOWN_SYNTAX,
    Source,
    Words,
)
from sandbox.guards import GUARDED_ATTRIBUTES, INSPECT_ATTRIBUTES, MAGIC_METHODS
from sandbox.library.formatting import MAX_WIDTH, widest
from sandbox.outcome import Diagnostic

ALLOWED_NODES: Final = frozenset(
    "Module Expr Assign AnnAssign AugAssign Delete Pass Break Continue Return Raise Assert Global Nonlocal "
    "If For While Try ExceptHandler With withitem FunctionDef ClassDef Lambda arguments arg Import ImportFrom alias "
    "Constant JoinedStr FormattedValue List Tuple Set Dict Name Attribute Subscript Slice Starred Call keyword "
    "UnaryOp BinOp BoolOp Compare IfExp NamedExpr ListComp SetComp DictComp GeneratorExp comprehension Yield YieldFrom "
    "Match match_case MatchValue MatchSingleton MatchSequence MatchMapping MatchClass MatchStar MatchAs MatchOr "
    "Load Store Del And Or Add Sub Mult Div FloorDiv Mod Pow LShift RShift BitOr BitXor BitAnd MatMult "
    "Invert Not UAdd USub Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn".split()
)

PATTERN_CLASSES: Final = frozenset("str int float bool list dict tuple bytes".split())

# Operators whose result can be out of all proportion to their operands.
GUARDED_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Mult: "_mul_",
    ast.Pow: "_pow_",
    ast.Mod: "_mod_",
    ast.LShift: "_lshift_",
}

# A literal factor up to this one lets a value grow by a known step, so the operator stays as written.
SMALL: Final = 4096


def bound_names(tree: ast.AST) -> frozenset[str]:
    """Every name the script binds anywhere, in whatever scope."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.update(names)
    return frozenset(found)


def _small(node: ast.expr, most: int = SMALL) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= most


class Language(RestrictingNodeTransformer):
    """One pass over one script; what it refuses is in `found`, in the order of the tree."""

    def __init__(self, source: Source, bound: frozenset[str]) -> None:
        super().__init__()
        self.found: list[Diagnostic] = []
        self._source = source
        self._bound = bound
        self._scopes: list[ast.AST] = []

    def refuse(self, node: ast.AST, rule: str, message: str, hint: str) -> None:
        self.found.append(self._source.diagnostic(node, Words(rule, message, hint)))

    def error(self, node: ast.AST, info: str) -> None:
        # What RestrictedPython itself refuses and nothing here speaks of.
        self.refuse(node, "restricted", info, "See the language reference of the sandbox.")

    def visit(self, node: ast.AST) -> Any:
        name = type(node).__name__
        if name not in ALLOWED_NODES:
            self.refuse(node, *REFUSED_SYNTAX.get(name, UNKNOWN_SYNTAX))
            return node
        visitor = getattr(self, f"visit_{name}", None)
        return self.node_contents_visit(node) if visitor is None else visitor(node)

    def as_written(self, node: ast.AST) -> Any:
        return self.node_contents_visit(node)

    # RestrictedPython turns these into calls of guards that have nothing to decide here.
    visit_Call = visit_Assign = visit_AnnAssign = visit_With = visit_For = visit_Try = visit_Module = as_written

    def check_name(self, node: ast.AST, name: str | None, allow_magic_methods: bool = False) -> None:
        if name is None or name == "_" or not name.startswith("_"):
            if name == "super" and not isinstance(getattr(node, "ctx", None), ast.Load):
                self.refuse(node, "reserved-name", "The name super is taken.", "Choose another name.")
            return
        if name in REFUSED_NAMES:
            self.refuse(node, *REFUSED_NAMES[name])
        else:
            bare = name.strip("_")
            instead = f"Write {bare}." if bare.isidentifier() else "Choose another name."
            self.refuse(node, "private-name", f"The name {name} begins with an underscore.", instead)

    def check_function_argument_names(self, node: Any) -> None:
        spec = node.args
        for arg in (*spec.posonlyargs, *spec.args, spec.vararg, *spec.kwonlyargs, spec.kwarg):
            if arg is not None:
                self.check_name(arg, arg.arg)

    # Names and attributes

    def visit_Name(self, node: ast.Name) -> Any:
        self.check_name(node, node.id)
        if isinstance(node.ctx, ast.Load) and node.id in REFUSED_BUILTINS and node.id not in self._bound:
            self.refuse(node, *REFUSED_BUILTINS[node.id])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        name = node.attr
        loads = isinstance(node.ctx, ast.Load)
        if name.startswith("_") and name != "_":
            if not (loads and name in MAGIC_METHODS and self._is_super_call(node.value)):
                self._refuse_private(node)
        elif name in INSPECT_ATTRIBUTES:
            message = f"The attribute {name} is not available: it leads into the interpreter."
            self.refuse(node, "inspect-attribute", message, "Choose another name.")
        node = self.node_contents_visit(node)
        if not loads:
            node.value = self._call("_write_", node.value, node.value)
            return node
        if name in GUARDED_ATTRIBUTES:
            return self._call("_getattr_", node, node.value, ast.Constant(name))
        return node

    def _refuse_private(self, node: ast.Attribute) -> None:
        name = node.attr
        if name in REFUSED_ATTRIBUTES:
            self.refuse(node, *REFUSED_ATTRIBUTES[name])
        elif name in MAGIC_METHODS:
            hint = "Use the operator or builtin for it; in a class, super() may be asked for it."
            self.refuse(node, "dunder", f"{name} cannot be called by its name.", hint)
        elif name.startswith("__") and name.endswith("__"):
            self.refuse(
                node, "dunder", f"The attribute {name} is not available.", "Write it without dunder attributes."
            )
        else:
            bare = name.strip("_")
            instead = f"Write .{bare} in your own classes." if bare.isidentifier() else "Choose another name."
            self.refuse(node, "private-attribute", f"The attribute {name} begins with an underscore.", instead)

    def _is_super_call(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]):
                return any(isinstance(scope, ast.ClassDef) for scope in self._scopes)
        return False

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        node = self.node_contents_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = self._call("_write_", node.value, node.value)
        return node

    def _call(self, guard: str, place: Any, *args: ast.expr) -> ast.Call:
        made = ast.Call(func=ast.Name(guard, ast.Load()), args=list(args), keywords=[])
        copy_locations(made, place)
        return made

    # Operators and augmented assignment

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        guard = GUARDED_OPERATORS.get(type(node.op))
        harmless = guard is None or self._is_harmless(node.op, node.left, node.right)
        node = self.node_contents_visit(node)
        return node if harmless or guard is None else self._call(guard, node, node.left, node.right)

    def _is_harmless(self, op: ast.operator, left: ast.expr | None, right: ast.expr) -> bool:
        match op:
            case ast.Mult():
                return _small(right) or (left is not None and _small(left))
            case ast.Mod():
                return left is not None and _small(left)
            case ast.LShift():
                return _small(right)
            case _:
                return left is not None and _small(left) and _small(right, 64)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        target = node.target
        guarded_read = isinstance(target, ast.Attribute) and target.attr in GUARDED_ATTRIBUTES
        harmless = type(node.op) not in GUARDED_OPERATORS or self._is_harmless(node.op, None, node.value)
        if harmless and not guarded_read:
            return self.node_contents_visit(node)
        op = ast.Constant(IOPERATOR_TO_STR[type(node.op)])
        if isinstance(target, ast.Name):
            self.visit(target)
            value = self._call("_inplacevar_", node, op, ast.Name(target.id, ast.Load()), self.visit(node.value))
            return self._assignment(node, target, value)
        # `a.b *= c` is `t.b = _inplacevar_("*=", (t := _write_(a)).b, c)`: each operand once, in Python's order.
        holder = self.gen_tmp_name()
        if isinstance(target, ast.Attribute):
            visited: Any = self.visit(target)
            held = self._kept(holder, visited.value)
            read: ast.expr = ast.Attribute(held, target.attr, ast.Load())
            if target.attr in GUARDED_ATTRIBUTES:
                read = self._call("_getattr_", node, held, ast.Constant(target.attr))
            store: ast.expr = ast.Attribute(ast.Name(holder, ast.Load()), target.attr, ast.Store())
            made = [holder]
        else:
            visited = self.visit(target)
            key = self.gen_tmp_name()
            read = ast.Subscript(self._kept(holder, visited.value), self._kept(key, visited.slice), ast.Load())
            store = ast.Subscript(ast.Name(holder, ast.Load()), ast.Name(key, ast.Load()), ast.Store())
            made = [holder, key]
        value = self._call("_inplacevar_", node, op, read, self.visit(node.value))
        forget = ast.Delete([ast.Name(name, ast.Del()) for name in made])
        copy_locations(forget, node)
        return [self._assignment(node, store, value), forget]

    def _kept(self, name: str, value: ast.expr) -> ast.NamedExpr:
        if isinstance(value, ast.Slice):
            parts = [part or ast.Constant(None) for part in (value.lower, value.upper, value.step)]
            value = ast.Call(ast.Name("_slice_", ast.Load()), parts, [])
        return ast.NamedExpr(ast.Name(name, ast.Store()), value)

    def _assignment(self, place: ast.stmt, target: ast.expr, value: ast.expr) -> ast.Assign:
        made = ast.Assign([target], value)
        copy_locations(made, place)
        return made

    # Text

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        spec = node.format_spec
        node = self.node_contents_visit(node)
        if not isinstance(spec, ast.JoinedStr) or node.format_spec is None:
            return node
        fixed = [part.value for part in spec.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if len(fixed) == len(spec.values):
            if widest("".join(fixed)) > MAX_WIDTH:
                self.refuse(node, "width", f"A format may be at most {MAX_WIDTH:,} wide.", "Use a smaller width.")
            return node
        conversion = ast.Constant(node.conversion)
        node.value = self._call("_format_", node.value, node.value, conversion, node.format_spec)
        node.conversion, node.format_spec = -1, None
        return node

    # Statements that bind

    def visit_Global(self, node: ast.Global) -> Any:
        for name in node.names:
            self.check_name(node, name)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> Any:
        for name in node.names:
            self.check_name(node, name)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        self.check_name(node, node.name)
        node = self.node_contents_visit(node)
        if node.type is None:
            # A bare except would catch the clock.
            node.type = ast.copy_location(ast.Name("_Exception_", ast.Load()), node)
        return node

    def visit_Import(self, node: ast.Import) -> Any:
        return self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if node.level:
            message = "Relative imports are not available: a script is one file."
            self.refuse(node, "import", message, "Import from the library, or put the code into the script.")
        return self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Any:
        if getattr(node, "is_lazy", 0):
            self.refuse(node, *UNKNOWN_SYNTAX)
        for alias in node.names:
            if alias.name == "*":
                self.refuse(alias, "star-import", "Star imports are not available.", "Name what you import.")
                continue
            if isinstance(node, ast.ImportFrom):
                if alias.name.startswith("_"):
                    self.check_name(alias, alias.name)
                    continue
                self.check_name(alias, alias.asname or alias.name)
            else:
                self.check_name(alias, alias.asname or alias.name.partition(".")[0])
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        name = node.name
        if (
            self._scopes
            and isinstance(self._scopes[-1], ast.ClassDef)
            and name.startswith("__")
            and name.endswith("__")
        ):
            if name not in MAGIC_METHODS:
                hint = "Only the magic methods listed in the language reference can be defined."
                self.refuse(node, "magic-method", f"A class cannot define {name}.", hint)
        else:
            self.check_name(node, name)
        self._no_type_parameters(node)
        self.check_function_argument_names(node)
        return self._in_scope(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        self.check_function_argument_names(node)
        return self._in_scope(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.check_name(node, node.name)
        self._no_type_parameters(node)
        for word in node.keywords:
            if word.arg is None or word.arg == "metaclass":
                self.refuse(word, "metaclass", "Metaclasses are not available.", "Use a base class or a decorator.")
        return self._in_scope(node)

    def _in_scope(self, node: ast.AST) -> Any:
        self._scopes.append(node)
        try:
            return self.node_contents_visit(node)
        finally:
            self._scopes.pop()

    def _no_type_parameters(self, node: ast.AST) -> None:
        parameters = getattr(node, "type_params", None)
        if parameters:
            self.refuse(parameters[0], *REFUSED_SYNTAX["TypeVar"])
            node.type_params = []  # type: ignore[attr-defined]

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        if node.is_async:
            self.refuse(node.target, *REFUSED_SYNTAX["AsyncFor"])
        return self.node_contents_visit(node)

    # Match

    def visit_MatchValue(self, node: ast.MatchValue) -> Any:
        for part in ast.walk(node.value):
            if isinstance(part, (ast.Attribute, ast.Name)):
                self._refuse_dotted(node)
                return node
        return self.node_contents_visit(node)

    def _refuse_dotted(self, node: ast.AST) -> None:
        hint = "Match literals, or write a guard: case x if x == Color.RED."
        self.refuse(node, "match-value", "Dotted names are not available in patterns.", hint)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> Any:
        self.check_name(node, node.rest)
        for key in node.keys:
            if any(isinstance(part, (ast.Attribute, ast.Name)) for part in ast.walk(key)):
                self._refuse_dotted(key)
                return node
        return self.node_contents_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> Any:
        self.check_name(node, node.name)
        return node

    def visit_MatchAs(self, node: ast.MatchAs) -> Any:
        self.check_name(node, node.name)
        return self.node_contents_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> Any:
        known = isinstance(node.cls, ast.Name) and node.cls.id in PATTERN_CLASSES and node.cls.id not in self._bound
        if not known or node.kwd_attrs or len(node.patterns) > 1:
            one = ", ".join(sorted(PATTERN_CLASSES))
            hint = "Write case value if isinstance(value, Point) and ... instead."
            message = f"A class pattern may be one of {one}, with at most one capture and no keywords."
            self.refuse(node, "match-class", message, hint)
            return node
        return self.node_contents_visit(node)


def transform(tree: ast.Module, source: Source) -> tuple[ast.Module, list[Diagnostic]]:
    """The guarded tree of a script, and everything that is refused in it."""
    language = Language(source, bound_names(tree))
    guarded: ast.Module = language.visit(tree)
    ast.fix_missing_locations(guarded)
    return guarded, language.found
