"""What the routes of a watch session take and give is what is declared."""

import msgspec

from dagnet_realtime.web.session_offers import Followed, Polled, Session
from tests.web.stage import WebStage

TOKEN = "u_0123456789ab"
OPEN = {"workspace": "shop", "env": "prod", "graph": "checkout"}


async def test_answers_are_of_the_types_that_are_offered(stage: WebStage) -> None:
    """API-1: field by field, with none beside them."""
    opened = (await stage.client.post("/api/watch", json=OPEN)).json()
    session = msgspec.convert(opened, Session)
    assert set(opened) == set(Session.__struct_fields__)
    path = f"/api/watch/{session.watch_session_id}"
    assert set((await stage.client.patch(path, json={"filter": "type:track"})).json()) == set(Session.__struct_fields__)
    polled = msgspec.json.decode((await stage.client.get(f"{path}/frames")).content, type=Polled)
    assert polled.frames[0].position == polled.position
    followed = (await stage.client.post(f"{path}/follow", json={"token": TOKEN})).json()
    assert msgspec.convert(followed, Followed).follows == (TOKEN,)
    assert set(followed) == set(Followed.__struct_fields__)
