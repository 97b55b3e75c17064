"""fastapi_aiohttp.py - fastapi_async.py, which asks the upstream with aiohttp.

The waiting is the same; what it costs the processor is not. Nothing else is
replaced.

    uvicorn --app-dir tests/originals fastapi_aiohttp:app
"""

import aiohttp

import rules
from fastapi_async import app
from fastapi_common import on_upstream_error, title_of


async def open_session():
    app.state.session = aiohttp.ClientSession()
    app.state.ask = ask_upstream


async def close_session():
    await app.state.session.close()


async def ask_upstream():
    # WAITS: upstream
    async with app.state.session.get(rules.UPSTREAM) as answer:
        return title_of(answer.status, await answer.read())


app.router.on_startup.append(open_session)
app.router.on_shutdown.append(close_session)
app.add_exception_handler(aiohttp.ClientError, on_upstream_error)
