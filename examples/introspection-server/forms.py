# SPDX-License-Identifier: Apache-2.0
"""Forms as OAuth sends them, and its errors (RFC 6749 section 5.2)."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 65536


def answer(document, status=200, headers=None):
    """Answers about tokens are nobody else's to keep."""
    return JSONResponse(document, status, {"Cache-Control": "no-store"} | dict(headers or {}))


def refusal(status, error, description, **headers):
    return HTTPException(status, {"error": error, "error_description": description}, headers)


async def answer_refusal(_request, refused):
    """Also for the framework's own, which have a text."""
    detail = refused.detail if isinstance(refused.detail, dict) else {"error": "invalid_request"}
    return answer(detail, refused.status_code, refused.headers)


async def read(request, name):
    """The form, and of it the parameter that has to be there."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise refusal(400, "invalid_request", f"The body has to be {TYPE}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise refusal(413, "invalid_request", f"The body has more than {MAX_BYTES} bytes.")
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):  # RFC 6749 section 3.2
        raise refusal(400, "invalid_request", "A parameter stands twice.")
    if not form.get(name):
        raise refusal(400, "invalid_request", f"The parameter {name} is missing.")
    return form, form[name]
