"""An echo server of asyncio: the counterpart of EchoServer. It prints its port.

It uses sockets of the event loop without streams, as the benchmark of TonIO does: each message is received into at most 102400
bytes and sent back whole.
"""

import asyncio
import contextlib
import socket

MOST = 102_400


async def echo(loop, connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(ConnectionResetError):  # a client that ends resets its connections
        while data := await loop.sock_recv(connection, MOST):
            await loop.sock_sendall(connection, data)


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    tasks = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        task = loop.create_task(echo(loop, connection))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
