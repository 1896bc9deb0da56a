"""Sends what follows `!echo` to a service, and posts what the service sends back."""


def prepare_outgoing_request(request):
    data = request["data"]
    if data["bot"]:
        return None  # another integration wrote it: robots that answer robots never stop
    words = data["text"].removeprefix(data["trigger_word"]).strip()
    if not words:
        # Without a url nothing is sent: this message is the whole answer.
        return {"message": "Say `!echo` and some words, and I will say them again."}
    data["text"] = words
    request["headers"]["X-Chat-User"] = data["user_name"]
    return request


def process_outgoing_response(request, response):
    if response["error"]:
        return answer(request, f"The echo service did not answer ({response['error']['kind']}).")
    if not 200 <= response["status_code"] < 300:
        # Whatever is posted ends the delivery. To have it tried again instead, return None here:
        # then the rules of the integration decide (retryFailedCalls, retryCount, retryDelay).
        return answer(request, f"The echo service could not do that (status {response['status_code']}).")
    words = spoken(response["content"])
    if not words:
        return answer(request, "The echo service said nothing.")
    return answer(request, f"{request['data']['user_name']} says: {words}")


def answer(request, text):
    """The message with this text, in the thread that the question was asked in, if it was."""
    content = {"text": text}
    if "tmid" in request["data"]:
        content["tmid"] = request["data"]["tmid"]
    return {"content": content}


def spoken(content):
    """The words in an answer: `content` is a dict or a list where the answer was JSON, else text."""
    if isinstance(content, dict):
        # A mirror sends back the body it got; httpbin and its kin put that body under "json".
        mirrored = content["json"] if isinstance(content.get("json"), dict) else content
        return str(mirrored.get("text", "")).strip()
    return content.strip() if isinstance(content, str) else ""
