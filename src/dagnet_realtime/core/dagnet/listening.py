"""How each node is lit, or why it never can be."""

import msgspec

from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.definitions import names_anything
from dagnet_realtime.core.dagnet.fields import text
from dagnet_realtime.core.dagnet.kept import unkept_name
from dagnet_realtime.core.near import alike
from dagnet_realtime.model.graph import Listen, Node, Warning

ABSORBING = "absorbing, and no event is bound to it"
CASE = "a case node without an event of its own; traffic passes through it"
UNBOUND = "no event is bound to it"


def bind(node: Node, bindings: Bindings, warnings: list[Warning]) -> tuple[Node, Listen | None]:
    """The node with its event (its own, else its node file's) or with the reason for its darkness, and what it listens for."""
    where = f"node {node.id or node.uuid}"
    file, source = bindings.node_file(node.id)
    theirs = text(source.get("event_id"))
    event_id = node.event_id or theirs
    if node.event_id and theirs and node.event_id != theirs:
        told = f"The graph binds the event “{node.event_id}”, {file} says “{theirs}”; the graph wins."
        warnings.append(Warning("event_id_disagrees", where, told))
    if not node.event_id and theirs:
        told = f"The graph binds no event; “{theirs}” is taken from {file}. DagNet itself reads the graph only."
        warnings.append(Warning("event_id_from_node_file", where, told))
    if not event_id and names_anything(source):
        event_id = node.id
    if not event_id:
        why = CASE if node.type == "case" else ABSORBING if node.absorbing else UNBOUND
        return msgspec.structs.replace(node, dark=why), None
    definition = bindings.definition(event_id, node.id)
    if definition is None:
        meant = "".join(f" Is “{other}” meant?" for other in alike(event_id, bindings.event_ids(), 1))
        told = f"There is no definition of the event “{event_id}”; the node listens for that name itself.{meant}"
        warnings.append(Warning("definition_missing", where, told))
        made = Listen(node=node.uuid, label=node.label, event_id=event_id, names=(event_id,), rule="event_id")
        return _judged(node, made, where, warnings), made
    warnings.extend(definition.warnings)
    rule, names = definition.names()
    listen = Listen(node=node.uuid, label=node.label, event_id=event_id, names=names, rule=rule, filters=definition.filters)
    return _judged(node, listen, where, warnings), listen


def _judged(node: Node, listen: Listen, where: str, warnings: list[Warning]) -> Node:
    """The node with its event, and with the reason for its darkness where redaction keeps from it what it listens for."""
    unkept = [name for name in listen.names if unkept_name(name)]
    never = next((filter for filter in listen.filters if filter.unkept), None)
    dark = ""
    if unkept:
        told = ", ".join(f"“{name}”" for name in unkept)
        warnings.append(Warning("unkept", where, f"Redaction lets through no event that is called {told}: it looks personal, or is cut."))
    if len(unkept) == len(listen.names):
        dark = "no event that is called so is kept as it is: the name looks personal, or is cut"
    elif never is not None:
        dark = f"its filter asks for “{never.property}”, which is not kept here: {never.unkept}"
    return msgspec.structs.replace(node, event_id=listen.event_id, dark=dark)
