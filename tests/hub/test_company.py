"""Who else watches."""

from itertools import count

from dagnet_realtime.hub.company import MOST_NAMES, Company, company
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.watch import WatchSession
from tests.hub.stage import SHOP

NUMBERS = count()


def watching(person: str, channel: Channel = SHOP, graph: str = "checkout", filter: str = "") -> WatchSession:
    return WatchSession(id=f"s{next(NUMBERS)}", channel=channel, graph=graph, person=person, started_at=0, position="0-0", filter=filter)


def test_people_who_signed_in_see_each_others_names() -> None:
    """REL-23: each once, however many tabs they have, and never one's own; whatever they filter by."""
    ann, bob = watching("oidc:ann@shop.example"), watching("proxy:bob", filter="type:page")
    live = [ann, bob, watching("proxy:bob"), watching("oidc:ann@shop.example")]
    assert company(ann, live) == Company(others=3, names=("bob",))
    assert company(bob, live) == Company(others=3, names=("ann@shop.example",))


def test_a_token_is_counted_and_learns_no_name() -> None:
    """REL-23: nor does whoever sits at this machine."""
    ann, screen, local = watching("oidc:ann"), watching("token:t1"), watching("local")
    live = [ann, screen, local]
    assert company(ann, live) == Company(others=2)
    assert company(screen, live) == company(local, live) == Company(others=2)


def test_another_graph_or_workspace_is_no_company() -> None:
    """REL-23: nor is a workspace's other environment."""
    ann = watching("oidc:ann")
    live = [
        ann,
        watching("oidc:bob", graph="returns"),
        watching("oidc:cyd", Channel("shop", "dev")),
        watching("oidc:dan", Channel("acme", "prod")),
    ]
    assert company(ann, live) == Company()


def test_names_are_bounded_and_in_order() -> None:
    """REL-23: the number tells of the rest."""
    ann = watching("oidc:ann")
    crowd = [watching(f"oidc:p{number:03}") for number in reversed(range(100))]
    told = company(ann, [ann, *crowd])
    assert (told.others, told.names) == (100, tuple(f"p{number:03}" for number in range(MOST_NAMES)))
