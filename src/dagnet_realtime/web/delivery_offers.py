"""What the two delivery apps take and give, made of their own tables of routes."""

from typing import Any

import msgspec

from dagnet_realtime.core.segment.message import Message
from dagnet_realtime.core.segment.tracking import ROUTES, Envelope
from dagnet_realtime.web.addresses import COUNTS_OF_SDKS
from dagnet_realtime.web.answers import Taken
from dagnet_realtime.web.delivery import DELIVERS, WEBHOOK_PREFIX, SdkSettings
from dagnet_realtime.web.offer import JSON, Asks, Gives, Method, Offer


def _read(name: str, kept: type[msgspec.Struct], about: str) -> type[msgspec.Struct]:
    """The fields of `kept`, each of any type, since none of the wrong type spoils an event."""
    fields = [(field.encode_name, Any | msgspec.UnsetType, msgspec.UNSET) for field in msgspec.structs.fields(kept)]
    return msgspec.defstruct(name, fields, namespace={"__doc__": about})


Event = _read(
    "SegmentEvent", Message, "One Segment message: the fields that are read. A field of the wrong type is absent, others are passed over."
)
Batch = _read("SegmentBatch", Envelope, "Calls in `batch`, each a Segment message, with what holds for all of them around it.")
_EVENTS: Any = Event | list[Event]  # type: ignore[valid-type]  # made a moment ago


def _webhook(method: Method) -> Offer:
    return Offer(
        method=method,
        path=WEBHOOK_PREFIX + "{source}",
        name=f"deliver_{method.lower()}",
        room="Deliveries",
        title="Segment Webhooks: one event, or an array of them",
        about="In the Extensible Webhook's wrapping too, or as a form. 429 and 503 are to be sent again, all else is final.",
        guard="signature",
        asks=(Asks("X-Signature", str, "HMAC-SHA1 of what is signed, in hexadecimal, under a secret of the source", "header"),),
        takes={JSON: _EVENTS},
        gives={200: Gives("Taken, or taken before", Taken)},
        refuses=("invalid", "unauthorized", "forbidden", "not_found", "too_large", "rate_limited"),
    )


def _call(route: str) -> Offer:
    kind = {
        COUNTS_OF_SDKS: "What an SDK counts about itself, which is ignored",
        **{batch: "A batch of calls" for batch, type in ROUTES.items() if type is None},
    }
    return Offer(
        method="POST",
        path=f"/v1/{route}",
        name=f"track_{route}",
        room="Tracking API",
        title=kind.get(route) or f"One call of the type {ROUTES[route]}",
        guard="write_key",
        takes={JSON: Any if route == COUNTS_OF_SDKS else Event if ROUTES[route] else Batch},
        gives={200: Gives("Taken, or taken before", Taken)},
        refuses=("invalid", "unauthorized", "forbidden", "not_found", "too_large", "rate_limited"),
    )


def _pixel(route: str) -> Offer:
    return Offer(
        method="GET",
        path=f"/v1/pixel/{route}",
        name=f"pixel_{route}",
        room="Tracking API",
        title=f"One call of the type {ROUTES[route]}, as the address of a picture",
        about="The write key stands in the call. Whatever is wrong with it, the answer is the picture.",
        guard="write_key",
        asks=(Asks("data", str, "The call's JSON in base64; without it the query's own fields are the call"),),
        gives={200: Gives("One transparent pixel", str, "image/gif")},
        refuses=("not_found",),
    )


def _settings(path: str, name: str) -> Offer:
    return Offer(
        method="GET",
        path=path,
        name=name,
        room="Tracking API",
        title="The settings of an SDK",
        guard="write_key",
        gives={200: Gives("Settings by which it sends here", SdkSettings)},
        refuses=("not_found",),
    )


OFFERS = (
    *(_webhook(method) for method in DELIVERS),
    *(_call(route) for route in (*ROUTES, COUNTS_OF_SDKS)),
    *(_pixel(route) for route, type in ROUTES.items() if type == route),
    _settings("/v1/projects/{key}/settings", "settings"),
    _settings("/projects/{key}/settings", "settings_by_old_path"),
)
