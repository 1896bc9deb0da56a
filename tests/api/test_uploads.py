from typing import Any

import httpx2
import pytest

from engine.store import files
from engine.workspace.files import MAX_FILE
from tests.api.servers import Running

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def upload(
    client: httpx2.Client,
    room: str,
    data: bytes = PNG,
    /,
    *,
    name: str = "cat.png",
    type: str = "image/png",
    **said: str,
) -> httpx2.Response:
    return client.post(f"/api/v1/rooms.upload/{room}", files={"file": (name, data, type)}, data=said)


def failure(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("errorType") or answer.json()["error"]


def test_an_uploaded_file_is_a_message_of_the_room(server: Running) -> None:
    answer = upload(server.admin, "GENERAL", msg=" look ", description="a cat")
    message: dict[str, Any] = answer.json()["message"]
    assert answer.status_code == 200 and answer.json()["success"] is True
    file = message["file"]
    link = f"/file-upload/{file['_id']}/cat.png"
    assert file == {"_id": file["_id"], "name": "cat.png", "type": "image/png", "size": len(PNG)}
    assert message["files"] == [file]
    assert message["attachments"] == [
        {
            "title": "cat.png",
            "type": "file",
            "title_link": link,
            "title_link_download": True,
            "description": "a cat",
            "image_url": link,
            "image_type": "image/png",
            "image_size": len(PNG),
        }
    ]
    assert (message["rid"], message["msg"], message["u"]["username"]) == ("GENERAL", "look", "admin")
    listed = server.admin.get("/api/v1/channels.messages", params={"roomId": "GENERAL"}).json()["messages"]
    assert listed[0] == message


def test_a_file_is_kept_first_and_posted_when_it_is_confirmed(server: Running) -> None:
    ada, bob = server.user("ada"), server.user("bob")
    kept = ada.post("/api/v1/rooms.media/GENERAL", files={"file": ("note ü.txt", b"hi", "text/plain")}).json()["file"]
    assert kept["url"] == f"/file-upload/{kept['_id']}/note%20%C3%BC.txt"
    assert ada.get(kept["url"]).status_code == 404
    confirm = f"/api/v1/rooms.mediaConfirm/GENERAL/{kept['_id']}"
    assert failure(bob.post(confirm)) == (400, "invalid-file")
    answer = ada.post(confirm, json={"msg": "here"})
    assert answer.status_code == 200
    message = answer.json()["message"]
    assert (message["msg"], message["file"]["name"]) == ("here", "note ü.txt")
    assert "image_url" not in message["attachments"][0]
    assert bob.get(kept["url"]).content == b"hi"
    assert failure(ada.post(confirm)) == (400, "invalid-file")


def test_a_file_is_fetched_by_members_with_headers_or_with_their_token_in_the_url(server: Running) -> None:
    carl = server.user("carl")
    group = carl.post("/api/v1/groups.create", json={"name": "cellar"}).json()["group"]["_id"]
    data = bytes(range(256)) * 2000
    message = upload(carl, group, data, name="<evil>.html", type="text/html").json()["message"]
    path = message["attachments"][0]["title_link"]
    fetched = carl.get(path)
    assert (fetched.status_code, fetched.content) == (200, data)
    assert fetched.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%3Cevil%3E.html"
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert fetched.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert fetched.headers["Content-Length"] == str(len(data))
    query = {"rc_uid": carl.headers["X-User-Id"], "rc_token": carl.headers["X-Auth-Token"]}
    assert server.client.get(path, params=query).content == data
    for who, params in (
        (server.client, {}),
        (server.client, {**query, "rc_token": "wrong"}),
        (server.client, {**query, "rc_uid": "admin"}),
        (server.admin, {}),
    ):
        assert who.get(path, params=params).status_code == 403
    missing = carl.get("/file-upload/no-such-file/a.txt")
    assert failure(missing) == (404, "error-file-not-found")
    assert missing.json()["error"] == "There is no such file. [error-file-not-found]"


def test_a_file_goes_with_its_message(server: Running) -> None:
    message = upload(server.admin, "GENERAL").json()["message"]
    path = message["attachments"][0]["title_link"]
    assert server.admin.get(path).status_code == 200
    server.admin.post("/api/v1/chat.delete", json={"roomId": "GENERAL", "msgId": message["_id"]})
    assert server.admin.get(path).status_code == 404


def test_a_file_has_a_largest_size(server: Running) -> None:
    full = upload(server.admin, "GENERAL", bytes(MAX_FILE), name="full.bin", type="application/octet-stream")
    assert full.status_code == 200
    assert len(server.admin.get(full.json()["message"]["attachments"][0]["title_link"]).content) == MAX_FILE
    over = upload(server.admin, "GENERAL", bytes(MAX_FILE + 1))
    assert failure(over) == (413, "error-body-too-large")
    assert "10485760 bytes" in over.json()["error"]


def test_the_body_of_an_upload_has_a_limit_of_its_own(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.bodies.MAX_UPLOAD", 1000)
    for path in ("rooms.upload", "rooms.media"):
        answer = server.admin.post(f"/api/v1/{path}/GENERAL", files={"file": ("a", bytes(1000))})
        assert failure(answer) == (413, "error-body-too-large")


def test_all_files_together_have_a_limit(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.insert_file, "__kwdefaults__", {"max_bytes": 1000})
    assert failure(upload(server.admin, "GENERAL")) == (400, "error-file-storage-full")


def test_an_upload_that_cannot_be_says_why(server: Running) -> None:
    admin = server.admin
    assert failure(admin.post("/api/v1/rooms.upload/GENERAL", json={"file": "x"})) == (400, "error-invalid-form")
    assert failure(admin.post("/api/v1/rooms.upload/GENERAL", files={"other": b"x"})) == (400, "invalid-field")
    two = [("file", ("a", b"x")), ("file", ("b", b"x"))]
    assert failure(admin.post("/api/v1/rooms.upload/GENERAL", files=two)) == (400, "error-invalid-form")
    fields = {f"field{number}": "x" for number in range(30)}
    many = admin.post("/api/v1/rooms.upload/GENERAL", files={"file": b"x"}, data=fields)
    assert many.json()["error"] == "Too many fields. Maximum number of fields is 20. [error-invalid-form]"
    nowhere = upload(admin, "no-such-room")
    assert nowhere.status_code == 403
    for said in ("msg", "description"):
        assert failure(upload(admin, "GENERAL", **{said: "x" * 5001})) == (400, "error-message-size-exceeded")
    assert upload(server.client, "GENERAL").status_code == 401
    broken = admin.post(
        "/api/v1/rooms.upload/GENERAL",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        content=b"--y\r\nnonsense",
    )
    assert failure(broken) == (400, "error-invalid-form")


def test_nobody_uploads_to_a_room_they_may_not_see_or_post_in(server: Running) -> None:
    dora, eve = server.user("dora"), server.user("eve")
    group = dora.post("/api/v1/groups.create", json={"name": "attic"}).json()["group"]["_id"]
    assert upload(eve, group).status_code == 403
    news = dora.post("/api/v1/channels.create", json={"name": "news", "readOnly": True}).json()["channel"]["_id"]
    refused = upload(eve, news)
    assert refused.json()["error"] == "You can't send messages because the room is readonly."
