"""What the OpenAPI page says beside the models: examples, and the errors of each address."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.models import Example

from storefront.api.problems import (
    MEDIA_TYPE,
    NO_ANSWER,
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    UNSUPPORTED,
    WRONG_INPUT,
    Kind,
    Problem,
)

ALWAYS = (UNAUTHORIZED, WRONG_INPUT, TOO_MANY, NO_ANSWER)
OF_A_BODY = (NOT_JSON, TOO_LARGE, UNSUPPORTED)

DESCRIPTION = """\
Returns of shops that sell through Digital River. For the shop's own servers: it shows what it is
asked for to whoever has a key.

Every error is a problem detail (RFC 9457). `code` is stable and meant for programs, `detail` is a
sentence for people. What was answered with 429 or 503 may be sent again after `Retry-After`.
"""

RETURNS: dict[str, Example] = {
    "third_party": {
        "summary": "The shop's warehouse receives the goods",
        "value": {
            "order_id": "400000000001",
            "coordinator": "third_party",
            "lines": [{"order_item_id": "300000000001", "quantity": 2}],
            "reason": "too_small",
        },
    },
    "digital_river": {
        "summary": "Digital River's fulfiller receives the goods",
        "value": {
            "order_id": "400000000002",
            "coordinator": "digital_river",
            "lines": [{"order_item_id": "300000000002", "quantity": 1}],
            "policy": {"goods": "P45D"},
        },
    },
}
SHIPMENTS: dict[str, Example] = {
    "parcel": {
        "summary": "One parcel, one unit of it damaged",
        "value": {
            "reference": "1Z999AA10123456784",
            "items": {"300000000001": 1},
            "damaged": {"300000000001": 1},
        },
    },
}
CANCELLATIONS: dict[str, Example] = {
    "kept": {
        "summary": "The customer keeps the goods",
        "value": {"who": "customer service", "why": "the customer keeps the shoes"},
    },
}


def described(*kinds: Kind) -> dict[int | str, dict[str, object]]:
    """Return the errors of an address: these, and those that each has."""
    titles: dict[int, list[str]] = {}
    for kind in (*ALWAYS, *OF_A_BODY, *kinds):
        titles.setdefault(kind.status, []).append(kind.title)
    return {
        status: {
            "description": ", or: ".join(told),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, told in titles.items()
    }


def with_problems(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application with the schema of problems in it.

    The framework knows of no model that only errors have, of another type than JSON.
    """
    described = FastAPI.openapi(app)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    described["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
    return described
