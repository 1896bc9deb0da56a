"""What a script may bind, and in which statements: the grammar's half of the transformer.

Every node must be on the list: syntax of a new Python is refused until someone decides. Every form of binding is
checked for names that begin with an underscore, since the guards have such names. This file is a boundary.
"""

import ast
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Final

from RestrictedPython.transformer import RestrictingNodeTransformer

from sandbox.diagnostics import REFUSED_NAMES, REFUSED_SYNTAX, UNKNOWN_SYNTAX, Source, Words
from sandbox.guards import MAGIC_METHODS
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

# Refused, and what they hold is looked at all the same: an author is told everything at once.
READ_ON: Final = frozenset("AsyncFunctionDef AsyncFor AsyncWith Await TryStar".split())

# Operators and contexts: allowed, and nothing in them.
EMPTY_NODES: Final = frozenset(
    kind
    for name in ALLOWED_NODES
    if isinstance(kind := getattr(ast, name), type)
    and issubclass(kind, (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop))
)

PATTERN_CLASSES: Final = frozenset("str int float bool list dict tuple bytes".split())


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


class Bindings(RestrictingNodeTransformer):
    """What is refused is in `found`, in the order of the tree."""

    # by kind of node, as they are first met
    _visitors: ClassVar[dict[type[ast.AST], Callable[..., Any]]] = {}

    def __init_subclass__(cls) -> None:
        cls._visitors = {}

    def __init__(self, source: Source, tree: ast.Module) -> None:
        super().__init__()
        self.found: list[Diagnostic] = []
        self._source = source
        self._tree = tree
        self._scopes: list[ast.AST] = []

    @cached_property
    def _bound(self) -> frozenset[str]:
        """Few scripts use a name for which it matters; what is transformed by then binds what it did before."""
        return bound_names(self._tree)

    def refuse(self, node: ast.AST, rule: str, message: str, hint: str) -> None:
        self.found.append(self._source.diagnostic(node, Words(rule, message, hint)))

    def error(self, node: ast.AST, info: str) -> None:
        # What RestrictedPython itself refuses and nothing here speaks of.
        self.refuse(node, "restricted", info, "See the language reference of the sandbox.")

    def visit(self, node: ast.AST) -> Any:
        kind = type(node)
        known = self._visitors.get(kind)
        if known is not None:
            return known(self, node)
        name = kind.__name__
        visitor: Callable[..., Any] = getattr(type(self), f"visit_{name}", type(self).node_contents_visit)
        if name in ALLOWED_NODES:
            self._visitors[kind] = visitor
        else:
            self.refuse(node, *REFUSED_SYNTAX.get(name, UNKNOWN_SYNTAX))
            if name not in READ_ON:
                return node
        return visitor(self, node)

    def node_contents_visit(self, node: Any) -> Any:
        # What ast.NodeTransformer does, without the parts that hold nothing; no visitor takes a node out.
        for name in node._fields:
            part = getattr(node, name, None)
            if isinstance(part, list):
                part[:] = [self.visit(item) if isinstance(item, ast.AST) else item for item in part]
            elif isinstance(part, ast.AST) and type(part) not in EMPTY_NODES:
                setattr(node, name, self.visit(part))
        return node

    def as_written(self, node: ast.AST) -> Any:
        return self.node_contents_visit(node)

    # RestrictedPython turns these into calls of guards that have nothing to decide here.
    visit_Assign = visit_AnnAssign = visit_With = visit_For = visit_Try = visit_Module = as_written
    visit_AsyncFor = visit_AsyncWith = visit_Await = visit_TryStar = as_written

    def visit_Name(self, node: ast.Name) -> Any:
        # In a class body `__radd__ = __add__` defines a method as `def` does.
        if not (node.id in MAGIC_METHODS and self._scopes and isinstance(self._scopes[-1], ast.ClassDef)):
            self.check_name(node, node.id)
        return node

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
                self.check_name(alias, alias.name)
                if alias.asname is not None:
                    self.check_name(alias, alias.asname)
            else:
                self.check_name(alias, alias.asname or alias.name.partition(".")[0])
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
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

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self.visit_FunctionDef(node)

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

    def visit_MatchValue(self, node: ast.MatchValue) -> Any:
        for part in ast.walk(node.value):
            if isinstance(part, (ast.Attribute, ast.Name)):
                self._refuse_dotted(node)
                break
        return self.node_contents_visit(node)

    def _refuse_dotted(self, node: ast.AST) -> None:
        hint = "Match literals, or write a guard: case x if x == Color.RED."
        self.refuse(node, "match-value", "Dotted names are not available in patterns.", hint)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> Any:
        self.check_name(node, node.rest)
        for key in node.keys:
            if any(isinstance(part, (ast.Attribute, ast.Name)) for part in ast.walk(key)):
                self._refuse_dotted(key)
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
        return self.node_contents_visit(node)
