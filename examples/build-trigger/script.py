"""Starts a build when a push to main is announced in the channel, and says which build it became."""

import re

PUSHED = re.compile(r"to branch \[main\]\(\S+\) in \[(?P<repository>[^\]]+)\]")


def prepare_outgoing_request(request):
    announced = PUSHED.search(request["data"]["text"])
    if announced is None:
        return None  # some other message of the channel: nothing is sent
    print("asking for a build of", announced["repository"])
    request["data"] = {
        "repository": announced["repository"],
        "ref": "refs/heads/main",
        "reason": f"announced by {request['data']['user_name']}",
    }
    return request


def process_outgoing_response(request, response):
    repository = request["data"]["repository"]
    if response["error"] or response["status_code"] >= 300:
        # Returning None hands the answer to the integration's rules: whether it is tried again, and when.
        return None
    build = response["content"]
    return {
        "content": {
            "text": f"Build [#{build['number']}]({build['url']}) of {repository} has started.",
            "attachments": [{"color": "#439fe0", "text": f"About {build['minutes']} minutes to go."}],
        }
    }
