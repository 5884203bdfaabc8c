"""Our FastAGI server with the real steps, in a process of its own: `python -m tests.bench.serve_steps PORT FOLDER`.

FOLDER is what was published; it is read once, as the daemon has its centre in memory.
"""

import asyncio
import functools
import json
import logging
import sys
from pathlib import Path

from depok_agi.asterisk.fastagi import FastAgiServer
from depok_agi.voice import published, steps
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre
from depok_agi.voice.variables import StepName
from tests.lab.pbx import ASTERISK_ADDRESS


async def _step(name: StepName, centre: Centre, caller: Caller) -> None:
    await steps.run(name, caller, centre)


async def serve(port: int, folder: Path) -> None:
    """Until standard input ends."""
    centre = published.load(folder)
    server = FastAgiServer({name: functools.partial(_step, name, centre) for name in StepName})
    await server.start(ASTERISK_ADDRESS, port)
    print(json.dumps({"up": True}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.drain(1)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
