"""How a node is lit, or why it never can be."""

from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.listening import ABSORBING, CASE, UNBOUND, bind
from dagnet_realtime.model.graph import Node, Warning


def test_a_node_without_an_event_says_why_it_stays_dark() -> None:
    """GRA-10: three reasons for darkness."""
    bindings = Bindings({})
    assert bind(Node(uuid="A"), bindings, [])[0].dark == UNBOUND
    assert bind(Node(uuid="A", absorbing=True), bindings, [])[0].dark == ABSORBING
    assert bind(Node(uuid="A", type="case"), bindings, [])[0].dark == CASE


def test_a_missing_definition_is_warned_of_with_what_may_be_meant() -> None:
    """GRA-11: a slip of the pen is told with the likely word."""
    warnings: list[Warning] = []
    node, listen = bind(Node(uuid="A", event_id="add-to-car"), Bindings({"events/add-to-cart.yaml": {"id": "add-to-cart"}}), warnings)
    assert node.dark == ""
    assert listen is not None
    assert listen.names == ("add-to-car",)
    assert "Is “add-to-cart” meant?" in warnings[0].text
