"""Which Python a script may be: the half of the transformer that turns what is read and written into guarded code.

Reads of items, iteration and calls stay as written; attribute names are judged where they are written, and only what
depends on the object becomes a call of a guard: `_getattr_`, `_super_method_`, `_write_`, `_inplacevar_`, `_format_`
and the operators whose results can be enormous. This file is a boundary.
"""

import ast
from typing import Any, Final

from RestrictedPython.transformer import IOPERATOR_TO_STR

from sandbox.bindings import Bindings
from sandbox.diagnostics import REFUSED_ATTRIBUTES, REFUSED_BUILTINS, Source
from sandbox.guards import GUARDED_ATTRIBUTES, INSPECT_ATTRIBUTES, MAGIC_METHODS
from sandbox.library.formatting import MAX_WIDTH, widest
from sandbox.outcome import Diagnostic

# Operators whose result can be out of all proportion to their operands.
GUARDED_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Mult: "_mul_",
    ast.Pow: "_pow_",
    ast.Mod: "_mod_",
    ast.LShift: "_lshift_",
}

# A literal factor up to this one lets a value grow by a known step, so the operator stays as written.
SMALL: Final = 4096


def _small(node: ast.expr, most: int = SMALL) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= most


class Language(Bindings):
    """One pass over one script."""

    def visit_Name(self, node: ast.Name) -> Any:
        super().visit_Name(node)
        if node.id == "super" and isinstance(node.ctx, ast.Load):
            # without arguments it asks the compiler for the class it stands in; else it is told one
            return ast.copy_location(ast.Name("_super_", ast.Load()), node)
        if isinstance(node.ctx, ast.Load) and node.id in REFUSED_BUILTINS and node.id not in self._bound:
            self.refuse(node, *REFUSED_BUILTINS[node.id])
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        match node:
            case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]):
                return node
        return self.node_contents_visit(node)

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
        if name in MAGIC_METHODS:
            return self._call("_super_method_", node, node.value, ast.Constant(name))
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
        ast.copy_location(made, place)
        for part in (made.func, *args):
            if getattr(part, "lineno", None) is None:
                ast.fix_missing_locations(ast.copy_location(part, place))
        return made

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
        # `a.b *= c` is `_augment_attribute_("*=", a, "b")(c)`, which reads before it is called: each operand once, in
        # Python's order, and without names of ours among those of a class body.
        visited: Any = self.visit(target)
        if isinstance(target, ast.Attribute):
            place = self._call("_augment_attribute_", node, op, visited.value, ast.Constant(target.attr))
        else:
            place = self._call("_augment_item_", node, op, visited.value, self._as_value(visited.slice))
        change = ast.copy_location(ast.Call(place, [self.visit(node.value)], []), node)
        return ast.copy_location(ast.Expr(change), node)

    def _as_value(self, key: ast.expr) -> ast.expr:
        """The key of a subscript as an expression: slices can be written only between brackets."""
        match key:
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = [part or ast.Constant(None) for part in (lower, upper, step)]
                return ast.Call(ast.Name("_slice_", ast.Load()), parts, [])
            case ast.Tuple(elts=parts):
                return ast.Tuple([self._as_value(part) for part in parts], ast.Load())
        return key

    def _assignment(self, place: ast.stmt, target: ast.expr, value: ast.expr) -> ast.Assign:
        return ast.copy_location(ast.Assign([target], value), place)

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


def transform(tree: ast.Module, source: Source) -> tuple[ast.Module, list[Diagnostic]]:
    """The guarded tree of a script, and everything that is refused in it."""
    language = Language(source, tree)
    guarded: ast.Module = language.visit(tree)
    return guarded, language.found
