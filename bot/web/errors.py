"""Errors over HTTP: JSON with a sentence, whoever asks."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError

log = structlog.get_logger()


class Problem(BaseModel):
    """What went wrong, what was kept, what to do."""

    detail: str


def install(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return JSONResponse({"detail": f"The request cannot be read: {said}."}, 422)


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.error("database not reached", path=request.url.path, error=repr(error))
    return JSONResponse({"detail": "The database cannot be reached. Nothing was kept: send it again."}, 503)
