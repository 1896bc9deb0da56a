"""What waits, is held or has failed, and what people do about it."""

from api.delivery_schemas import DeliveriesBody, DeliveriesQuery, DeliveryBody
from api.endpoint import Call
from engine import delivery_desk
from engine.model.json import JsonObject


async def listed(call: Call[DeliveriesQuery]) -> JsonObject:
    params = call.params
    return await delivery_desk.list_standing(
        call.engine.accepting,
        call.user,
        params.some(),
        states=params.states(),
        integration_id=params.integration_id or None,
    )


async def send(call: Call[DeliveriesBody]) -> JsonObject:
    return await delivery_desk.send_now(call.engine.accepting, call.user, call.params.which())


async def send_again(call: Call[DeliveryBody]) -> JsonObject:
    return await delivery_desk.send_again(call.engine.accepting, call.user, call.params.delivery_id)


async def release(call: Call[DeliveriesBody]) -> JsonObject:
    return await delivery_desk.release(call.engine.accepting, call.user, call.params.which())


async def drop(call: Call[DeliveriesBody]) -> JsonObject:
    return await delivery_desk.drop(call.engine.accepting, call.user, call.params.which())
