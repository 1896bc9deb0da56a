"""What `from hookcell import http, store, secrets, log` does in a script, with a host that answers as a test says."""

import base64
import marshal
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import library
from sandbox.library import CallState, ServiceRefused
from sandbox.limits import Limits
from tests.sandbox.scripting import compiled

Asked = tuple[str, str, dict[str, Any]]
ANSWER = {"status_code": 201, "headers": {"content-type": "application/json"}, "text": '{"a": 1}', "url": "http://h/"}


class Host:
    """Answers everything with `answer`, or raises it; `asked` is what it was asked, `logged` what was logged."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.logged: list[tuple[str, str]] = []
        self.limits = Limits()

    def ask(self, service: str, verb: str, arguments: dict[str, Any]) -> Any:
        self.asked.append((service, verb, arguments))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def log(self, text: str, level: str = "print") -> None:
        self.logged.append((level, text))

    def run(self, expression: str, *, module: str = "") -> Any:
        """What a hook that returns the expression returns."""
        source = (
            f"from hookcell import http, store, secrets, log\n{module}\ndef process_incoming(r): return {expression}"
        )
        call = CallState(self.log, ask=self.ask, limits=self.limits)
        names = library.begin(call)
        try:
            exec(marshal.loads(compiled(source).code), names)
            call.in_hook = True
            return names["process_incoming"]({})
        finally:
            library.end()


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("http.get('http://h', params={'a': [1]}, timeout=2)", {"method": "GET", "params": {"a": [1]}, "timeout": 2}),
        ("http.post('http://h', json={'a': (1,)})", {"method": "POST", "json": {"a": (1,)}, "timeout": 5}),
        ("http.put('http://h', data=b'x', headers={'A': 'b'})", {"method": "PUT", "data": "x", "headers": {"A": "b"}}),
        ("http.patch('http://h', data={'a': 'b'}, auth=('u', 'p'))", {"method": "PATCH", "auth": ("u", "p")}),
        ("http.delete('http://h')", {"method": "DELETE", "json": None, "data": None}),
        ("http.request('HEAD', 'http://h')", {"method": "HEAD", "url": "http://h"}),
    ],
)
def test_a_request_is_asked_for_as_it_was_written(expression: str, asked: dict[str, Any]) -> None:
    host = Host(ANSWER)
    host.run(expression)
    ((service, verb, arguments),) = host.asked
    assert (service, verb) == ("http", "request")
    assert arguments.keys() == {"method", "url", "params", "headers", "auth", "json", "data", "timeout"}
    assert arguments.items() >= asked.items()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "http.get('http://h', follow_redirects=True)",
            "http.get() has no parameter follow_redirects (redirects are followed); there are params, headers, ",
        ),
        ("http.get('http://h', json={})", "http.get() has no parameter json; there are params, headers, auth, timeout"),
        (
            "http.post('http://h', files={})",
            "http.post() has no parameter files; there are params, headers, auth, json, data, timeout",
        ),
        ("http.put('http://h', method='GET')", "http.put() has no parameter method; there are params, "),
        ("http.patch('http://h', verify=False)", "http.patch() has no parameter verify; there are params, "),
        ("http.delete('http://h', cookies={})", "http.delete() has no parameter cookies; there are params, "),
        ("http.request('GET', 'http://h', content='x')", "http.request() has no parameter content; there are params, "),
    ],
)
def test_a_parameter_that_is_not_there_names_those_that_are(expression: str, message: str) -> None:
    host = Host(ANSWER)
    with pytest.raises(TypeError) as caught:
        host.run(expression)
    assert str(caught.value).startswith(message) and host.asked == []


def test_bytes_that_are_no_text_are_told_what_is_sent() -> None:
    host = Host(ANSWER)
    with pytest.raises(ValueError, match="only bodies in UTF-8 are sent, and byte 2 of data is none; base64 makes"):
        host.run(r"http.post('http://h', data=b'ab\xff')")
    assert host.asked == []


def test_an_answer_has_the_shape_that_httpx_users_know() -> None:
    shown = Host(ANSWER).run(
        "[(a.status_code, a.ok, a.text, a.json()['a'], a.url, a.headers['Content-Type'], 'CONTENT-TYPE' in a.headers,"
        " a.headers.get('X', 'none'), dict(a.headers), repr(a)) for a in [http.get('http://h')]][0]"
    )
    assert shown == (
        *(201, True, '{"a": 1}', 1, "http://h/", "application/json", True, "none"),
        *({"content-type": "application/json"}, "<Response [201]>"),
    )


@pytest.mark.parametrize(
    ("expression", "verb", "arguments", "answer", "value"),
    [
        ("store.get('k')", "get", {"key": "k"}, {"found": False, "value": None}, None),
        ("store.get('k', 7)", "get", {"key": "k"}, {"found": False, "value": None}, 7),
        ("store.get('k', 7)", "get", {"key": "k"}, {"found": True, "value": None}, None),
        ("store.set('k', [1], ttl=60)", "set", {"key": "k", "value": [1], "ttl": 60}, None, None),
        ("store.delete('k')", "delete", {"key": "k"}, None, None),
        ("store.keys('a')", "keys", {"prefix": "a"}, ["ab"], ["ab"]),
        ("store.add('k')", "add", {"key": "k", "number": 1}, 3, 3),
        ("store.append('k', 'v', keep=2)", "append", {"key": "k", "value": "v", "keep": 2}, 2, 2),
        ("store.pop('k', 'd')", "pop", {"key": "k"}, {"found": False, "value": None}, "d"),
        ("store.swap('k', None, 1)", "swap", {"key": "k", "old": None, "new": 1}, True, True),
    ],
)
def test_a_verb_of_the_store(expression: str, verb: str, arguments: dict[str, Any], answer: Any, value: Any) -> None:
    host = Host(answer)
    assert host.run(expression) == value
    assert host.asked == [("store", verb, arguments)]


def test_a_reference_is_text_that_the_host_makes() -> None:
    host = Host("opaque")
    assert host.run("'Bearer ' + secrets.ref('jira')") == "Bearer opaque"
    assert host.asked == [("secrets", "ref", {"name": "jira"})]


def test_a_body_is_verified_by_the_bytes_that_were_sent_in_pieces_of_bounded_size() -> None:
    host = Host(True)
    assert host.run("secrets.verify_hmac('s', chr(0xDCFF) + 'x' * 1_000_000, 'sha256=00')") is True
    sent = [base64.b64decode(arguments["part"]) for _, _, arguments in host.asked]
    assert b"".join(sent) == b"\xff" + b"x" * 1_000_000 and max(map(len, sent)) <= 384 * 1024
    assert [verb for _, verb, _ in host.asked] == ["feed", "feed", "verify_hmac"]
    assert host.asked[-1][2] | {"part": ""} == {
        "name": "s",
        "part": "",
        "signature": "sha256=00",
        "algorithm": "sha256",
    }


@pytest.mark.parametrize("signature", ["None", "7", "[]", "'\\ud800'", "b'\\xff'", "'é'"])
def test_no_signature_is_too_odd_to_be_looked_at(signature: str) -> None:
    host = Host(False)
    assert host.run(f"secrets.verify_hmac('s', b'body', {signature})") is False
    assert host.asked[0][2]["signature"].isascii()


@pytest.mark.parametrize(
    ("kind", "caught"),
    [
        ("http.Error", "http.Error"),
        ("store.Full", "store.Full"),
        ("secrets.Error", "secrets.Error"),
        ("ValueError", "ValueError"),
        ("TypeError", "TypeError"),
        ("whatever", "RuntimeError"),
    ],
)
def test_a_refusal_is_an_exception_that_a_script_can_name(kind: str, caught: str) -> None:
    module = (
        "def tried():\n    try:\n        store.get('k')\n"
        f"    except {caught} as error:\n        return str(error), getattr(error, 'reason', None)\n"
    )
    message, reason = Host(ServiceRefused(kind, "because", {"reason": "tls"})).run("tried()", module=module)
    assert message == "because" and reason == ("tls" if kind == "http.Error" else None)


def test_an_error_is_called_in_a_traceback_as_the_script_calls_it() -> None:
    with pytest.raises(Exception, match="because") as caught:
        Host(ServiceRefused("http.Error", "because", {"reason": "tls"})).run("http.get('http://h')")
    assert type(caught.value).__name__ == "http.Error" and caught.value.__context__ is None


def test_the_code_of_a_module_asks_for_nothing() -> None:
    host = Host(ANSWER)
    with pytest.raises(RuntimeError, match="host services work inside hooks only"):
        host.run("1", module="http.get('http://h')")
    assert host.asked == []


def test_a_call_without_services_says_so_and_what_is_left_of_a_call_asks_for_nothing() -> None:
    kept: list[Callable[[], object]] = []
    host = Host({"found": True, "value": 1})
    kept.append(host.run("lambda: store.get('k')"))
    with pytest.raises(RuntimeError, match="inside hooks only"):
        kept[0]()
    assert host.asked == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("store.set('k', {'at': {1}})", r"value\['at'\] is a set: write sorted"),
        ("store.append('k', 2**70)", "value is an integer beyond 64 bits"),
        ("http.post('http://h', json=[object()])", r"json\[0\] is an object"),
        ("http.get('http://h', headers={1: 'a'})", "headers has the key 1, which is not text"),
        ("http.post('http://h', data='x' * 2_000_000)", r"http.request\(\): what is asked is 2,000,157 bytes"),
        ("store.set('k', list(range(20_000)))", r"store.set\(\): value goes beyond 20,000 values"),
        ("store.get(object())", r"store.get\(\): key is an object"),
    ],
)
def test_an_argument_without_a_json_form_is_refused_where_it_was_written(expression: str, message: str) -> None:
    host = Host()
    with pytest.raises(TypeError, match=message):
        host.run(expression)
    assert host.asked == []


@pytest.mark.parametrize("limits", [Limits(result_bytes=400), Limits(result_nodes=20), Limits(result_depth=4)])
def test_a_question_has_the_limits_of_the_call(limits: Limits) -> None:
    host = Host()
    host.run("store.set('k', [[['x' * 500, *range(30)]]])")
    host.limits = limits
    with pytest.raises(TypeError, match=r"store.set\(\): "):
        host.run("store.set('k', [[['x' * 500, *range(30)]]])")
    host.run("store.set('k', 1)")
    assert len(host.asked) == 2


def test_a_body_to_verify_goes_in_pieces_that_the_limits_let_through() -> None:
    host = Host(True)
    host.limits = Limits(result_bytes=1000)
    assert host.run("secrets.verify_hmac('s', 'x' * 5_000, 'sha256=00')") is True
    assert b"".join(base64.b64decode(arguments["part"]) for _, _, arguments in host.asked) == b"x" * 5_000


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("log.info('seen')", ("info", "seen")),
        (
            "log.debug('a', n=1, who='me', text='two words', empty='')",
            ("debug", 'a n=1 who=me text="two words" empty=""'),
        ),
        ("log.warning({'a': 1}, at=None)", ("warning", "{'a': 1} at=None")),
        ("log.error('x', text='line\\nbreak')", ("error", 'x text="line\\nbreak"')),
    ],
)
def test_a_line_of_the_log_has_a_level_and_fields_and_asks_nobody(expression: str, line: tuple[str, str]) -> None:
    host = Host()
    host.run(expression)
    assert (host.logged, host.asked) == ([line], [])


def test_the_log_takes_lines_of_the_module_too() -> None:
    host = Host()
    host.run("1", module="log.info('loaded')")
    assert host.logged == [("info", "loaded")]


def test_what_is_left_out_says_what_to_write() -> None:
    with pytest.raises(AttributeError, match=r"never sees a secret's value: write secrets.ref\(name\)"):
        Host().run("secrets.get('jira')")
