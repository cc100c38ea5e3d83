"""Builds the interface into the wheel and the sdist.

Asks for Node from PyPI only if neither assets nor a Node are there.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _interface(root: Path) -> Any:
    spec = importlib.util.spec_from_file_location("interface", root / "tools" / "interface.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tools/interface.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class InterfaceBuildHook(BuildHookInterface[Any]):
    """An editable install serves the interface from the checkout, so it builds nothing."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs from PyPI beside hatchling."""
        interface = _interface(Path(self.root))
        return (
            [interface.WHEEL]
            if self._wanted(interface) and interface.machine_node() is None
            else []
        )

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Builds the interface where it is stale."""
        interface = _interface(Path(self.root))
        if version == "editable" or not self._wanted(interface):
            return
        root = Path(self.root)
        node = interface.machine_node() or interface.wheel_node()
        if node is None:
            sys.exit(
                "The interface is not built, and there is no Node 20.19 or later to build it with"
            )
        interface.install(root, node)
        interface.build(root, node)

    def _wanted(self, interface: Any) -> bool:
        root = Path(self.root)
        return (root / "web" / "package-lock.json").is_file() and not interface.fresh(root)
