"""The endpoints of the page, asked by real clients."""

from __future__ import annotations

import ast
import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.browser import library

DESCRIBED = ["ask", "documents", "search"]


def test_the_endpoints_answer_programs(address):
    client = Client(address, verbose=False)
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert sorted(named) == [f"/{name}" for name in DESCRIBED]
    answer = client.predict(library.QUESTION, [], api_name="/ask")
    assert answer["status"] == "answered"
    assert library.ANSWER in [citation["quote"] for citation in answer["citations"]]
    hits = client.predict(library.QUESTION, 2, ["harbour.md"], api_name="/search")
    assert {hit["document"] for hit in hits} == {"harbour.md"}
    listed = client.predict(api_name="/documents")
    assert "lighthouse.md" in [item["document"] for item in listed]


def test_the_endpoints_answer_plain_http(address):
    reply = httpx.post(
        f"{address}gradio_api/run/ask", json={"data": [library.QUESTION, None]}, timeout=60
    )
    (answer,) = reply.json()["data"]
    assert library.ANSWER in [citation["quote"] for citation in answer["citations"]]


def test_a_question_that_cannot_be_asked_is_one_plain_sentence(address):
    client = Client(address, verbose=False)
    with pytest.raises(AppError, match="Type a question in words"):
        client.predict("?!", None, api_name="/ask")


def test_an_assistant_finds_the_tools_and_gets_citations(address):
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    with ThreadPoolExecutor() as pool:  # this thread may have an event loop, of playwright
        asked = pool.submit(asyncio.run, asked_as_assistant(f"{address}gradio_api/mcp/"))
        names, described, answer = asked.result()
    assert names == DESCRIBED
    assert "Every sentence is a verbatim quote." in described
    quotes = {citation["quote"]: citation["document"] for citation in answer["citations"]}
    assert quotes[library.ANSWER] == "harbour.md"


async def asked_as_assistant(url):
    """Return the names of the tools, what ``ask`` says of itself, and an answer of it."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with (
        streamable_http_client(url) as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        tools = {tool.name: tool.description for tool in (await session.list_tools()).tools}
        result = await session.call_tool("ask", {"question": library.QUESTION})
        return sorted(tools), tools["ask"], ast.literal_eval(result.content[0].text)
