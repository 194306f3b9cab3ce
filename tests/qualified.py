"""A test about birds, and types of qualifications made by a requester."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from assay.core.qualification_types import TypeTerms
from assay.core.questionnaire import AnswerKey, Questionnaire
from assay.services import qualifications
from assay.services.qualifications import QualificationType
from harness import Person
from trading import Trading

FORM = msgspec.convert(
    {
        "items": [
            {
                "item": "question",
                "id": "bird",
                "contents": [{"show": "text", "text": "Which of them swims?"}],
                "required": True,
                "answer": {
                    "asks": "choice",
                    "options": [
                        {"id": "duck", "content": {"show": "text", "text": "A duck"}},
                        {"id": "owl", "content": {"show": "text", "text": "An owl"}},
                    ],
                },
            }
        ]
    },
    Questionnaire,
)
KEY = msgspec.convert(
    {
        "questions": [{"id": "bird", "options": [{"chosen": ["duck"], "score": 3}]}],
        "mapping": {"by": "percentage", "best": 3},
    },
    AnswerKey,
)


async def made(trading: Trading, **terms: Any) -> QualificationType:
    async with trading.requester.context_for("manager") as context:
        given = TypeTerms(**{"name": "Birds", "description": "Knows birds.", **terms})
        return await qualifications.create_type(context, given, mode="live")


def worker(person: Person) -> UUID:
    assert person.worker_id is not None
    return person.worker_id
