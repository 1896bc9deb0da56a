"""What a request is let in by: its receiver may send it back, and history shows it nowhere.

Values of credential headers, without the scheme in front of them, and what a url has before its host; of `Basic`, both
as it is sent and the password in it. The shortest are no secrets, and would hide what they are like by chance.
"""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from engine.http import OutgoingRequest, is_credential
from engine.redaction import REFERENCE_PREFIX

MIN_CREDENTIAL = 4


def credentials_of(request: OutgoingRequest) -> frozenset[str]:
    """References to secrets are not among them: they are told by their form."""
    found = {*_of_headers(request), *_of_url(request.url)}
    return frozenset(each for each in found if len(each) >= MIN_CREDENTIAL and REFERENCE_PREFIX not in each)


def _of_headers(request: OutgoingRequest) -> Iterator[str]:
    for name, value in request.headers:
        if not is_credential(name):
            continue
        if name.lower() == "cookie":
            yield from (cookie.partition("=")[2].strip() for cookie in value.split(";"))
        elif name.lower().endswith("authorization"):
            scheme, _, rest = value.strip().partition(" ")
            yield rest.strip() or scheme
            if scheme.lower() == "basic":
                yield from _passwords(rest.strip())
        else:
            yield value.strip()


def _of_url(url: str) -> Iterator[str]:
    try:
        userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
    except ValueError:
        # it is never sent
        return
    if at:
        user, _, password = userinfo.partition(":")
        both = f"{unquote(user)}:{unquote(password)}".encode(errors="replace")
        yield from (password, unquote(password), base64.b64encode(both).decode())


def _passwords(basic: str) -> Iterator[str]:
    try:
        yield base64.b64decode(basic).decode(errors="replace").partition(":")[2]
    except binascii.Error:
        return
