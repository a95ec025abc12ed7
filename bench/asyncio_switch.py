"""asyncio's tasks that take turns: the counterpart of LoopRows. Prints the nanoseconds of a switch, the first quartile of the rounds."""

import asyncio
import sys
import time

SWITCHES = 20_000
ROUNDS = 15


async def yields(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def all_of(tasks):
    await asyncio.gather(*(yields(SWITCHES // tasks) for _ in range(tasks)))


def measure(tasks):
    start = time.perf_counter_ns()
    asyncio.run(all_of(tasks))
    return (time.perf_counter_ns() - start) / SWITCHES


rounds = sorted(measure(int(sys.argv[1])) for _ in range(ROUNDS))
print(f"{rounds[ROUNDS // 4]:.1f}")
