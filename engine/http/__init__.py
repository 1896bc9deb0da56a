"""Everything hookcell sends into the network goes through here, and nothing else imports httpx2 or httpcore2.

`policy.py` and `addresses.py` say where, `backend.py` holds to it at the moment of connecting, `urls.py` and
`headers.py` say what a request may be, `answers.py` what an answer may be, `places.py` how many, `pools.py` keeps
connections, `client.py` tells the story of one request. `resolver.py` is the seam for tests. `plain.py` is another
client: the command line's own, for the server its user names.
"""

from engine.http.answers import MAX_ANSWER
from engine.http.client import MAX_REDIRECTS, MAX_TIMEOUT, Answer, Filler, GuardedClient, Hop, OutgoingRequest, hop_of
from engine.http.errors import KINDS, HttpError, Kind
from engine.http.headers import is_credential
from engine.http.places import MAX_REQUESTS, MAX_REQUESTS_A_DESTINATION
from engine.http.plain import PlainClient, RequestFailed
from engine.http.policy import SETTING, EgressPolicy, fits_host, host_pattern
from engine.http.resolver import Resolver, SystemResolver
from engine.http.urls import Target, destination_of

__all__ = [
    "KINDS",
    "MAX_ANSWER",
    "MAX_REDIRECTS",
    "MAX_REQUESTS",
    "MAX_REQUESTS_A_DESTINATION",
    "MAX_TIMEOUT",
    "SETTING",
    "Answer",
    "EgressPolicy",
    "Filler",
    "GuardedClient",
    "Hop",
    "HttpError",
    "Kind",
    "OutgoingRequest",
    "PlainClient",
    "RequestFailed",
    "Resolver",
    "SystemResolver",
    "Target",
    "destination_of",
    "fits_host",
    "hop_of",
    "host_pattern",
    "is_credential",
]
