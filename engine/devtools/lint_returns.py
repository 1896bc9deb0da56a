"""What a hook returns in so many words, where the server would make nothing of it."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from engine.devtools.hook_fields import OUTGOING_REQUEST
from engine.devtools.lint_keys import nearest
from engine.devtools.lint_source import Hook, Source, own_nodes
from engine.devtools.message_fields import ANSWERED, MESSAGE, POSTED, PREPARED, SYNONYMS
from engine.model.json import JsonObject

# all of one of these must be there
WANTED = {
    "process_incoming": ({"content"}, {"response"}, {"error"}),
    "prepare_outgoing_request": ({"url", "method"}, {"message"}),
    "process_outgoing_response": ({"content"},),
}
KNOWN = {
    "process_incoming": POSTED.keys,
    "prepare_outgoing_request": tuple(dict.fromkeys([*PREPARED.keys, *OUTGOING_REQUEST.keys])),
    "process_outgoing_response": ANSWERED.keys,
}
# what holds a message
MESSAGES = ("content", "message")
INSTEAD = {
    "process_incoming": 'Write return {"content": {"text": ...}}.',
    "prepare_outgoing_request": (
        'Write return request, or a dict with url and method, or return {"message": {"text": ...}} to post a message.'
    ),
    "process_outgoing_response": 'Write return {"content": {"text": ...}}.',
}
PREPARE = "prepare_outgoing_request"

_CHANGES = frozenset({"update", "setdefault", "pop", "clear", "append", "extend", "insert", "remove", "popitem"})


def bad_returns(source: Source) -> Iterator[JsonObject]:
    for hook in source.hooks:
        returned = [node for node in own_nodes(hook.function) if isinstance(node, ast.Return)]
        literals = _literals(hook)
        for node in returned:
            for value in _values(node.value) if node.value is not None else ():
                literal = literals.get(value.id) if isinstance(value, ast.Name) else value
                yield from _bad(source, hook, value, literal)
        if hook.name == PREPARE and hook.parameters:
            yield from _forgotten(source, hook, returned)


def _values(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _values(value.body)
        yield from _values(value.orelse)
    else:
        yield value


def _bad(source: Source, hook: Hook, value: ast.expr, literal: ast.expr | None) -> Iterator[JsonObject]:
    """`literal` is what stands there for `value`, where it can be told."""
    if items := _items(literal):
        yield from _bad_dict(source, hook, value, items)
        return
    match literal:
        case ast.Constant(value=str(text)) if text and hook.name == PREPARE:
            yield _no_text(source, hook, value)
        case ast.JoinedStr() if hook.name == PREPARE:
            yield _no_text(source, hook, value)
        case ast.List() | ast.Tuple() | ast.Set() | ast.Constant(value=int() | float()) if not _is_flag(literal):
            message = f"{hook.name} returns neither a dict nor text: the call fails."
            yield source.finding(value, "bad-result", message, INSTEAD[hook.name])


def _items(literal: ast.expr | None) -> dict[str, tuple[ast.expr, ast.expr]]:
    """Of a dict whose keys all stand there, each with where it stands and its value; empty for anything else."""
    match literal:
        case ast.Dict(keys=keys, values=values):
            found: dict[str, tuple[ast.expr, ast.expr]] = {
                key.value: (key, value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
            return found if len(found) == len(keys) else {}
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            named = {each.arg: (each.value, each.value) for each in keywords if each.arg is not None}
            return named if len(named) == len(keywords) else {}
    return {}


def _bad_dict(
    source: Source, hook: Hook, value: ast.expr, items: dict[str, tuple[ast.expr, ast.expr]]
) -> Iterator[JsonObject]:
    if not any(wanted <= items.keys() for wanted in WANTED[hook.name]):
        message = f"{hook.name} returns a dict with the keys {', '.join(items)}, of which nothing is posted or sent."
        yield source.finding(value, "bare-message", message, INSTEAD[hook.name])
        return
    for key, (node, _) in items.items():
        if key not in KNOWN[hook.name]:
            yield _unknown(source, node, f"What {hook.name} returns", key, KNOWN[hook.name])
    for holder in MESSAGES:
        _, posted = items.get(holder, (None, None))
        for key, (node, _) in _items(posted).items():
            if key not in MESSAGE.keys and key not in SYNONYMS:
                yield _unknown(source, node, "A message", key, MESSAGE.keys)


def _unknown(source: Source, node: ast.expr, what: str, key: str, known: Sequence[str]) -> JsonObject:
    near = nearest(key, known)
    hint = f'Did you mean "{near}"?' if near else f"It has {', '.join(known)}."
    return source.finding(node, "unknown-key", f'{what} has no key "{key}": it is left out.', hint)


def _is_flag(value: ast.expr) -> bool:
    """False says no, and True is so rare that nobody is told."""
    return isinstance(value, ast.Constant) and isinstance(value.value, bool)


def _no_text(source: Source, hook: Hook, value: ast.expr) -> JsonObject:
    return source.finding(value, "bad-result", f"{hook.name} returns text: the call fails.", INSTEAD[hook.name])


def _literals(hook: Hook) -> dict[str, ast.expr]:
    """What a name stands for that is assigned once, and with which nothing else is done than to return it."""
    uses = Counter(node.id for node in ast.walk(hook.function) if isinstance(node, ast.Name))
    results = [node.value for node in ast.walk(hook.function) if isinstance(node, ast.Return) and node.value]
    returned = Counter(value.id for result in results for value in _values(result) if isinstance(value, ast.Name))
    assigned: dict[str, list[ast.expr]] = {}
    for node in own_nodes(hook.function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assigned.setdefault(name, []).append(value)
    return {
        name: values[0] for name, values in assigned.items() if len(values) == 1 and uses[name] == 1 + returned[name]
    }


def _forgotten(source: Source, hook: Hook, returned: list[ast.Return]) -> Iterator[JsonObject]:
    """A request that was changed and then not returned: nothing would be sent."""
    request = hook.parameters[0]
    changed = [node for node in own_nodes(hook.function) if isinstance(node, ast.stmt) and _changes(node, request)]
    if not changed:
        return
    gives = any(node.value is not None and not _is_none(node.value) for node in returned)
    last = hook.function.body[-1]
    if isinstance(last, ast.Return) and last.value is not None:
        # to return nothing is what it says
        return
    if not gives or last in changed:
        where = last if last in changed else changed[-1]
        message = f"{hook.name} changes {request} and then returns nothing: nothing is sent."
        yield source.finding(where, "forgotten-return", message, f"End it with `return {request}`.")


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, False)


def _changes(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return any(isinstance(target, ast.Subscript) and _rooted(target, name) for target in targets)
        case ast.AugAssign(target=ast.Subscript() as target):
            return _rooted(target, name)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr=attribute))):
            return attribute in _CHANGES and _rooted(target, name)
    return False


def _rooted(node: ast.expr, name: str) -> bool:
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id == name
