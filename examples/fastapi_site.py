"""A FastAPI application that is recorded: `uvicorn examples.fastapi_site:app`, with the three variables below set."""

import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from seatwise.recorder import AsgiMiddleware, Recorder

recorder = Recorder(os.environ["RECORDER_URL"], os.environ["RECORDER_TOKEN"], spool=os.environ["RECORDER_SPOOL"])
app = FastAPI()
app.add_middleware(AsgiMiddleware, recorder=recorder, login=lambda scope: scope.get("state", {}).get("login"))


def signed_in(request: Request, given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> str:
    if not secrets.compare_digest(given.password, "otter"):  # yours looks into a database
        raise HTTPException(401)
    request.state.login = given.username
    return given.username


@app.get("/", response_class=HTMLResponse)
def front_page(login: Annotated[str, Depends(signed_in)]) -> str:
    return f"<p>Good morning, {login}.</p>"


@app.get("/public", response_class=HTMLResponse)
def public_page() -> str:
    return "<p>For everybody.</p>"
