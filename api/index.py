"""Entry of a serverless deployment: Vercel's Python runtime looks for an ASGI app named `app`."""

import gc
import os

# What a start makes stays; looking through it would be a tenth of the start. The first answer
# ends this.
gc.disable()

from dagnet_realtime.serverless.server import Serverless  # noqa: E402  # with all that it brings

app = Serverless(os.environ)
