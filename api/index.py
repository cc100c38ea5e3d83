"""The entry of a serverless deployment: Vercel's Python runtime looks for an ASGI app named `app`."""

import os

from dagnet_realtime.app.serverless import Serverless

app = Serverless(os.environ)
