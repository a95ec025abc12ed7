"""Two asyncio tasks that take turns: the counterpart of LoopBenchmark. Prints ns per switch, one line for each run."""

import asyncio
import time

ROUNDS = 50_000


async def yields():
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def both():
    await asyncio.gather(yields(), yields())


for _ in range(10):
    start = time.perf_counter_ns()
    asyncio.run(both())
    print(f"{(time.perf_counter_ns() - start) / (2 * ROUNDS):.0f} ns per switch")
