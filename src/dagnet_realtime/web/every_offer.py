"""All that servers offer, in whichever mode of access and with the demo's routes; one server has a part of it."""

from dagnet_realtime.web import (
    catalogues,
    channels,
    delivery_offers,
    demo,
    functions,
    notices,
    openapi,
    operations,
    page,
    session_offers,
    shop,
)
from dagnet_realtime.web.access import sign_in
from dagnet_realtime.web.offer import Offer

_ROOMS = (delivery_offers, session_offers, channels, catalogues, functions, notices, sign_in, operations, openapi, demo, shop, page)
EVERY: tuple[Offer, ...] = tuple(offer for room in _ROOMS for offer in room.OFFERS)
