"""Every operation that servers offer, in each mode of access and with the demo's routes; one server has a part of them."""

from dagnet_realtime.web.auth.sign_in import SIGN_IN_OPERATIONS
from dagnet_realtime.web.openapi import DOCUMENT_OPERATIONS
from dagnet_realtime.web.operation import Operation
from dagnet_realtime.web.routes.demo import SHOP_OPERATIONS, SIMULATION_OPERATIONS
from dagnet_realtime.web.routes.health import HEALTH_OPERATIONS
from dagnet_realtime.web.routes.ingest import INGEST_OPERATIONS
from dagnet_realtime.web.routes.relay import (
    FUNCTION_OPERATIONS,
    RELAY_OPERATIONS,
    WEBHOOK_OPERATIONS,
)
from dagnet_realtime.web.routes.sessions import SESSION_OPERATIONS
from dagnet_realtime.web.routes.workspaces import WORKSPACE_OPERATIONS
from dagnet_realtime.web.static_files import STATIC_OPERATIONS

ALL_OPERATIONS: tuple[Operation, ...] = (
    *INGEST_OPERATIONS,
    *SESSION_OPERATIONS,
    *RELAY_OPERATIONS,
    *WORKSPACE_OPERATIONS,
    *FUNCTION_OPERATIONS,
    *WEBHOOK_OPERATIONS,
    *SIGN_IN_OPERATIONS,
    *HEALTH_OPERATIONS,
    *DOCUMENT_OPERATIONS,
    *SIMULATION_OPERATIONS,
    *SHOP_OPERATIONS,
    *STATIC_OPERATIONS,
)
