"""Ids and tokens, in the alphabet of Rocket.Chat's: nothing in it can be mistaken for something else."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"
ID_LENGTH = 17


def new_id() -> str:
    return new_token(ID_LENGTH)


def new_token(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
