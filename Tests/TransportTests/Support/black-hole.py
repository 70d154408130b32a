"""A name with a dead IPv6 address and a good IPv4 one, in a network namespace of its own, for one program.

As root: unshare -n -m python black-hole.py CERTIFICATE KEY PROGRAM CA-FILE
"""

import asyncio
import logging
import os
import socket
import ssl
import subprocess
import sys
import tempfile

from websockets.asyncio.server import serve

logging.disable()
certificate, key, program, authority = sys.argv[1:]
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
hosts = tempfile.NamedTemporaryFile("w", suffix=".hosts")
hosts.write("::1 venue.test\n127.0.0.1 venue.test\n")
hosts.flush()
subprocess.run(["mount", "--bind", hosts.name, "/etc/hosts"], check=True)


def answer(connection, request):
    if "Upgrade" not in request.headers:
        return connection.respond(200, "fine")
    return None


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def echo(connection):
        async for message in connection:
            await connection.send(message)

    server = await serve(echo, "127.0.0.1", 0, ssl=context, process_request=answer)
    port = server.sockets[0].getsockname()[1]
    # A backlog that is full swallows what comes: no answer, no refusal.
    hole = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    hole.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    hole.bind(("::1", port))
    hole.listen(0)
    fillers = []
    for _ in range(3):
        filler = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        filler.setblocking(False)
        filler.connect_ex(("::1", port))
        fillers.append(filler)
    await asyncio.sleep(0.2)
    probe = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    probe.settimeout(0.5)
    try:
        probe.connect(("::1", port))
        print("no black hole", flush=True)
        return
    except TimeoutError:
        pass
    child = await asyncio.create_subprocess_exec(
        program, f"wss://venue.test:{port}/", f"https://venue.test:{port}", authority, "3",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    async def dial():
        child.stdin.write(b"now\n")
        print((await child.stdout.readline()).decode(), end="", flush=True)

    for _ in range(2):
        await dial()
    # Nobody resolves the name any more: one dial over WebSocket with that.
    names = open(hosts.name).read()
    os.truncate(hosts.name, 0)
    await dial()
    with open(hosts.name, "w") as file:
        file.write(names)
    for _ in range(3):
        await dial()


asyncio.run(main())
sys.stdout.flush()
os._exit(0)
