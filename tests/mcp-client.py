#!/usr/bin/env python3
"""`sprawl mcp` with the official Python client: handshake, tools, calls. Needs the package `mcp`.

    tests/mcp-client.py SPRAWL
"""
import asyncio
import json
import os
import sys
import tempfile

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

# Put together here, so that no file of the repository holds one.
PASSWORD = "".join(["Vx7k", "Q2mN", "pR9t"])


async def main(program, directory):
    with open(os.path.join(directory, "app.py"), "w", encoding="utf-8") as file:
        file.write(f'db_password = "{PASSWORD}"\n')
    server = StdioServerParameters(command=program, args=["mcp", "--root", directory])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        assert hello.server_info.name == "sprawl", hello
        names = [tool.name for tool in (await session.list_tools()).tools]
        assert names == ["scan", "explain", "plan", "redact"], names
        await session.send_ping()
        scan = await session.call_tool("scan", {})
        assert not scan.is_error, scan
        found = json.loads(scan.content[0].text)
        place = found["secrets"][0]["places"][0]
        assert place == "app.py:1", found
        said = [scan]
        for name, arguments in [("explain", {"place": place}), ("plan", {}),
                                ("redact", {"text": f'db_password = "{PASSWORD}"'})]:
            said.append(await session.call_tool(name, arguments))
            assert not said[-1].is_error, said
        assert not any(PASSWORD in result.content[0].text for result in said), said
        assert (await session.call_tool("scan", {"path": "/"})).is_error
        print(f"mcp: version {hello.protocol_version}, {len(names)} tools called by the official client")


with tempfile.TemporaryDirectory() as made:
    asyncio.run(main(os.path.abspath(sys.argv[1]), made))
