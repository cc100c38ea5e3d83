"""Realtime as one Python function of DagNet's own deployment: `graph-editor/api/realtime.py`."""

import gc
import os

gc.disable()  # until the first answer: what a start makes stays

from dagnet_realtime.serverless.server import Serverless  # noqa: E402  # with all that it brings

app = Serverless(os.environ, root_path="/realtime")
