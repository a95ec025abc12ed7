"""A million asyncio tasks: the counterpart of MillionTasks. The argument is the number of tasks.

Prints a JSON list of triples, one for each of five repetitions: the seconds in which the tasks were created, those in which
they ran, and both together. Each task awaits a future that is done already, and returns 9.
"""

import asyncio
import json
import sys
import time

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000


async def task():
    future = asyncio.Future()
    future.set_result(None)
    await future
    return 3**2


async def all_of_them():
    begin = time.monotonic()
    tasks = [task() for _ in range(TASKS)]
    created = time.monotonic()
    await asyncio.gather(*tasks)
    end = time.monotonic()
    return [created - begin, end - created, end - begin]


print(json.dumps([asyncio.run(all_of_them()) for _ in range(5)]))
