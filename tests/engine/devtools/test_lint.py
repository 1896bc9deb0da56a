"""What lints find in scripts that compile, and that they leave scripts alone which do what they mean."""

from pathlib import Path

import pytest

from engine.devtools.hook_fields import ARGUMENTS
from engine.devtools.lint import MOST, lint
from engine.devtools.lint_source import MAX_SOURCE
from engine.devtools.message_fields import MESSAGE
from engine.model.json import JsonObject

ROOT = Path(__file__).parents[3]
INCOMING = "def process_incoming(request):\n"
PREPARE = "def prepare_outgoing_request(request):\n"
RESPONSE = "def process_outgoing_response(request, response):\n"


def told(source: str) -> list[str]:
    """`line:column rule message hint` of each finding."""
    return [f"{one['line']}:{one['column']} {one['rule']}: {one['message']} {one['hint']}" for one in lint(source)]


def rules(source: str) -> list[object]:
    return [one["rule"] for one in lint(source)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("proces_incoming", "process_incoming"),
        ("process_incomming", "process_incoming"),
        ("processIncomingRequest", "process_incoming"),
        ("prepare_outgoing", "prepare_outgoing_request"),
        ("process_outgoing_reponse", "process_outgoing_response"),
    ],
)
def test_a_misspelt_hook_is_told_with_the_nearest(name: str, meant: str) -> None:
    source = f"def helper():\n    pass\ndef {name}(request):\n    return helper()\n"
    assert told(source) == [f"3:1 misspelt-hook: {name} is no hook, and nothing calls it. Did you mean {meant}?"]


def test_a_function_that_is_called_may_have_nearly_a_hooks_name() -> None:
    assert lint(INCOMING + "    return process_incomings(1)\ndef process_incomings(number):\n    return None\n") == []


def test_a_helper_with_some_words_of_a_hook_is_no_hook() -> None:
    assert lint("def process_response(x):\n    pass\ndef prepare_text(x):\n    pass\n" + INCOMING + "    pass\n") == []


def test_a_hook_of_another_class_is_told_to_be_out_of_place() -> None:
    source = "class Deploys:\n    def process_incoming(self, request):\n        return None\n"
    assert told(source) == [
        (
            "2:5 misplaced-hook: The hook process_incoming is a method of class Deploys, where it is not looked for. "
            "Call the class Script."
        )
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            INCOMING + "    return request['contnt']\n",
            '2:20 unknown-key: request has no key "contnt". Did you mean "content"?',
        ),
        (
            "def process_incoming_request(r):\n    return r.get('contentRaw')\n",
            '2:18 unknown-key: r has no key "contentRaw". Did you mean "content_raw"?',
        ),
        (
            "class Script:\n    def process_incoming(self, request):\n        return request['zz']\n",
            (
                '3:24 unknown-key: request has no key "zz". It has content, body, content_raw, headers, method, url, '
                "url_raw, url_params, user, integration."
            ),
        ),
        (
            PREPARE + "    request['header']['A'] = 'b'\n    return request\n",
            '2:13 unknown-key: request has no key "header". Did you mean "headers"?',
        ),
        (
            PREPARE + "    request['datas'] = 'b'\n    return request\n",
            '2:13 unknown-key: request has no key "datas". Did you mean "data"?',
        ),
        (
            RESPONSE + "    return response['statusCode']\n",
            '2:21 unknown-key: response has no key "statusCode". Did you mean "status_code"?',
        ),
        (
            INCOMING + "    return request.content['ä']\n",
            '2:12 dict-attribute: request is a dict; it has no attribute content. Write request["content"].',
        ),
        (
            INCOMING + "    return 'ä' + request['x']\n",
            (
                '2:26 unknown-key: request has no key "x". It has content, body, content_raw, headers, method, url, '
                "url_raw, url_params, user, integration."
            ),
        ),
    ],
)
def test_a_key_that_is_never_there_is_told_with_its_place(source: str, found: str) -> None:
    assert told(source) == [found]


@pytest.mark.parametrize(
    "source",
    [
        INCOMING + "    request = {'mine': 1}\n    return str(request['mine'])\n",
        INCOMING + "    return str([request['mine'] for request in [{'mine': 1}]])\n",
        INCOMING + "    request.update(mine=1)\n    return str(request['mine'])\n",
        INCOMING + "    add(request)\n    return request['mine']\ndef add(whole):\n    whole['mine'] = 'x'\n",
        INCOMING + "    f = lambda request: request['mine']\n    return f({'mine': 'x'})\n",
        INCOMING + "    return request['content']['contnt']\n",
        INCOMING + "    return str(request.keys())\n",
        INCOMING + "    with open_it() as request:\n        return request['mine']\n",
        PREPARE + "    request['message'] = 'hello'\n    request['mine'] = 1\n    return request\n",
        "def helper(request):\n    return request['mine']\n" + INCOMING + "    pass\n",
    ],
)
def test_keys_that_may_be_there_are_left_alone(source: str) -> None:
    assert lint(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            INCOMING + "    return {'text': 'x'}\n",
            (
                "2:12 bare-message: process_incoming returns a dict with the keys text, of which nothing is posted or sent. "
                'Write return {"content": {"text": ...}}.'
            ),
        ),
        (
            RESPONSE + "    return None if response['error'] else {'text': 'x', 'alias': 'y'}\n",
            (
                "2:43 bare-message: process_outgoing_response returns a dict with the keys text, alias, of which nothing is "
                'posted or sent. Write return {"content": {"text": ...}}.'
            ),
        ),
        (
            PREPARE + "    answer = {'text': 'x'}\n    return answer\n",
            (
                "3:12 bare-message: prepare_outgoing_request returns a dict with the keys text, of which nothing is posted "
                'or sent. Write return request, or a dict with url and method, or return {"message": {"text": ...}} to post a message.'
            ),
        ),
        (
            PREPARE + "    return 'x'\n",
            (
                "2:12 bad-result: prepare_outgoing_request returns text: the call fails. Write return request, or a dict "
                'with url and method, or return {"message": {"text": ...}} to post a message.'
            ),
        ),
        (
            INCOMING + "    return dict(text='x')\n",
            (
                "2:12 bare-message: process_incoming returns a dict with the keys text, of which nothing is posted or sent. "
                'Write return {"content": {"text": ...}}.'
            ),
        ),
        (
            INCOMING + "    return {'content': {'text': 'x', 'attachements': []}}\n",
            '2:38 unknown-key: A message has no key "attachements": it is left out. Did you mean "attachments"?',
        ),
        (
            INCOMING + "    return {'content': 'x', 'respones': {}}\n",
            '2:29 unknown-key: What process_incoming returns has no key "respones": it is left out. Did you mean "response"?',
        ),
        (
            PREPARE + "    return {'message': {'text': 'x', 'zz': 1}}\n",
            f'2:38 unknown-key: A message has no key "zz": it is left out. It has {", ".join(MESSAGE.keys)}.',
        ),
        (
            PREPARE + "    return {'url': 'x', 'method': 'POST', 'header': {}}\n",
            (
                '2:43 unknown-key: What prepare_outgoing_request returns has no key "header": it is left out. '
                'Did you mean "headers"?'
            ),
        ),
        (
            INCOMING + "    return [1]\n",
            (
                "2:12 bad-result: process_incoming returns neither a dict nor text: the call fails. "
                'Write return {"content": {"text": ...}}.'
            ),
        ),
    ],
)
def test_a_result_of_which_nothing_comes_is_told(source: str, found: str) -> None:
    assert told(source) == [found]


@pytest.mark.parametrize(
    "source",
    [
        INCOMING + "    return {**request['content']}\n",
        INCOMING + "    return {'response': {}}\n",
        INCOMING + "    return {'error': 'no'}\n",
        INCOMING + "    return {}\n",
        INCOMING + "    return False\n",
        INCOMING + "    answer = {'text': 'x'}\n    answer['content'] = 'y'\n    return answer\n",
        INCOMING + "    def inner():\n        return {'text': 'x'}\n    return {'content': inner()}\n",
        INCOMING + "    return {request['content']: 1}\n",
        PREPARE + "    return {'message': 'x'}\n",
        PREPARE + "    return {'url': 'x', 'method': 'PUT', 'integration': None, 'data': 1}\n",
        INCOMING + "    return dict(request['content'], text='x')\n",
        INCOMING + "    return {'content': {'msg': 'x', 'icon_url': 'y', 'attachments': [{'mine': 1}]}}\n",
        RESPONSE + "    return 'posted'\n",
    ],
)
def test_results_that_mean_something_are_left_alone(source: str) -> None:
    assert lint(source) == []


@pytest.mark.parametrize(
    "returned", ["{'uri': 'x', 'method': 'POST'}", "{'method': 'POST', 'data': {}, 'header': {}}", "{'url': 'x'}"]
)
def test_a_request_without_url_or_method_is_told_to_be_sent_nowhere(returned: str) -> None:
    (one,) = lint(PREPARE + f"    return {returned}\n")
    assert one["rule"] == "bare-message"
    assert "a dict with url and method" in str(one["hint"])


@pytest.mark.parametrize(
    "source",
    [
        PREPARE + "    request['data']['a'] = 1\n",
        PREPARE + "    request['headers'].update(a='b')\n    return\n",
        PREPARE + "    if request['data']:\n        return request\n    request['timeout'] += 1\n",
    ],
)
def test_a_changed_request_that_is_not_returned_is_told(source: str) -> None:
    assert rules(source) == ["forgotten-return"]


@pytest.mark.parametrize(
    "source",
    [
        PREPARE + "    request['data']['a'] = 1\n    return request\n",
        PREPARE + "    request['data'] = 1\n    return {'message': 'x'}\n",
        PREPARE + "    if request['data']:\n        del request['auth']\n    return None\n",
        PREPARE + "    print(request['data'])\n",
        PREPARE + "    other = {}\n    other['a'] = 1\n",
        INCOMING + "    request['content'] = 1\n",
    ],
)
def test_a_request_that_is_returned_or_left_alone_is_no_finding(source: str) -> None:
    assert lint(source) == []


def test_what_the_parser_cannot_take_has_no_lints() -> None:
    assert lint("x = " + "(" * 5_000 + ")" * 5_000) == []
    assert lint("x = " + "-" * 60_000 + "1") == []
    assert lint("#" * (MAX_SOURCE + 1)) == []
    assert lint("def f(:\n") == []


def test_the_findings_are_bounded_and_in_order() -> None:
    found: list[JsonObject] = lint(INCOMING + "    request['x']\n" * (MOST + 50))
    assert len(found) == MOST
    assert [one["line"] for one in found] == list(range(2, MOST + 2))


@pytest.mark.parametrize(
    "source",
    [
        INCOMING + "".join(f"    x{n} = {{}}\n    return x{n}\n" for n in range(6_000)),
        INCOMING + "    request.x\n    json.y\n" * 7_000 + "import json\n",
        "".join(f"def process_incomin{n}(): 0\n" for n in range(7_000)),
    ],
    ids=["returns", "names", "functions"],
)
@pytest.mark.timeout(20)
def test_a_source_as_large_as_may_be_is_looked_through_at_once(source: str) -> None:
    assert len(source) < MAX_SOURCE
    assert len(lint(source)) <= MOST


def test_the_examples_are_without_findings() -> None:
    scripts = sorted((ROOT / "examples").rglob("script.py"))
    assert [(file, lint(file.read_text())) for file in scripts if lint(file.read_text())] == []
    assert len(scripts) >= 6


def test_every_hook_has_its_arguments_described() -> None:
    assert {name: len(tables) for name, tables in ARGUMENTS.items()} == {
        "process_incoming": 1,
        "prepare_outgoing_request": 1,
        "process_outgoing_response": 2,
    }


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            "import json\nx = json.JSONDecoder\n",
            "2:5 unknown-name: json has no JSONDecoder in scripts. Did you mean json.",
        ),
        ("import re as r\nr.compiel('x')\n", "2:1 unknown-name: re has no compiel in scripts. Did you mean r.compile?"),
        (
            "from hookcell import http\nhttp.fetch('x')\n",
            "2:1 unknown-name: hookcell.http has no fetch in scripts. Did you mean ",
        ),
        ("import urllib.parse\nurllib.request.urlopen('x')\n", "2:1 unknown-name: urllib has no request in scripts."),
    ],
)
def test_a_name_that_the_library_leaves_out_is_told(source: str, found: str) -> None:
    (one,) = told(source)
    assert one.startswith(found)


@pytest.mark.parametrize(
    "source",
    [
        "import json\njson.dumps(1)\n",
        "import urllib.parse\nurllib.parse.quote('x')\n",
        "from datetime import datetime\ndatetime.fromisoformat('x')\n",
        "import json\ndef f(json):\n    return json.whatever\n",
        "import json\njson = {}\njson.whatever\n",
        "from xml.etree import ElementTree\nElementTree.fromstring('<a/>')\n",
    ],
)
def test_names_that_are_there_or_may_be_are_left_alone(source: str) -> None:
    assert lint(source) == []
