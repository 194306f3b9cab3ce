"""Files that workers sent with an answer: withdrawn by the service itself in 2017, so that there never are any."""

from __future__ import annotations

from typing import Any, Final

from assay.faces.mturk.asking import Asked, Verb
from assay.faces.mturk.refusals import refused


async def get_file_upload_url(asked: Asked) -> dict[str, Any]:
    question = asked.given["QuestionIdentifier"][:100]
    raise refused(
        "InvalidParameterValue",
        f"The answer to {question} is not a file: files with answers were withdrawn on 2017-12-12. Ask for an address "
        "where the file lies.",
    )


VERBS: Final[dict[str, Verb]] = {"GetFileUploadURL": get_file_upload_url}
