"""Runs one attack on one core until its standard input is closed, and prints how often each status was answered.

The input is one line of JSON: the name of the attack, the core, and the fields of `Target`.
"""

import asyncio
import json
import os
import resource
import sys
import threading

from attacks import ATTACKS
from load import Account, Target


async def attack(name: str, target: Target) -> None:
    running = asyncio.create_task(ATTACKS[name].run(target))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait([running, stop], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        # A mistake in the attack: what the server does to a connection does not end one.
        running.result()
        raise RuntimeError("the attack ended by itself")
    print(json.dumps(target.statuses), flush=True)
    # Thousands of connections take long to close one by one.
    os._exit(0)


def main() -> None:
    order = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, {order["core"]})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    accounts = {name: Account(**order[name]) for name in ("user", "guesser", "hoarder")}
    target = Target(port=order["port"], victim_email=order["victim_email"], attempt=order["attempt"], **accounts)
    asyncio.run(attack(order["attack"], target))


if __name__ == "__main__":
    main()
