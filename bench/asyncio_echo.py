"""An echo server of asyncio: the counterpart of EchoServer. It prints its port.

Without an argument it uses sockets of the event loop without streams, as the benchmark of TonIO does: each message is received into
at most 102400 bytes and sent back whole. With an argument, a PEM file with a certificate and its key, it speaks TLS 1.3. asyncio
has no such calls for TLS: it uses a protocol then, which is faster than streams are.
"""

import asyncio
import contextlib
import socket
import ssl
import sys

MOST = 102_400
BACKLOG = 4096


async def echo(loop, connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(ConnectionResetError):  # a client that ends resets its connections
        while data := await loop.sock_recv(connection, MOST):
            await loop.sock_sendall(connection, data)


async def serve():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    tasks = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        task = loop.create_task(echo(loop, connection))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def serve_tls(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE  # the client prefers the suite that is measured
    context.load_cert_chain(pem)
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, backlog=BACKLOG, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve_tls(sys.argv[1]) if len(sys.argv) > 1 else serve())
