"""The bare library's FastAGI server: `python -m tests.bench.serve_panoramisk PORT COMMANDS`, a JSON list of them.

Its `add_route` calls `asyncio.coroutine`, which Python no longer has, so the route is filled in directly.
"""

import asyncio
import json
import logging
import sys

from panoramisk.fast_agi import Application, Request

from tests.lab.pbx import ASTERISK_ADDRESS


async def serve(port: int, commands: list[str]) -> None:
    """Until standard input ends."""

    async def menu(request: Request) -> None:
        for command in commands:
            await request.send_command(command)

    loop = asyncio.get_running_loop()
    application = Application(loop=loop)
    application._route["menu"] = menu
    server = await asyncio.start_server(application.handler, ASTERISK_ADDRESS, port)
    print(json.dumps({"up": True}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), json.loads(sys.argv[2])))
