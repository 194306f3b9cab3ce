"""Whether what only a form asks can be asked: groups, dates, several values, units, bounds on choices."""

from __future__ import annotations

from assay.core.annotations.problems import Problems
from assay.core.taxonomy import Attribute

GROUPS_DEPTH_MAX = 4
VALUES_MAX = 100
DESCRIPTION_LENGTH_MAX = 2000
UNIT_LENGTH_MAX = 50

# What is said of one type of question only.
_ONLY_OF = {"unit": "number", "time_of_day": "datetime", "choices_min": "multiselect", "choices_max": "multiselect"}


def check_form_question(attribute: Attribute, path: str, problems: Problems) -> None:
    """Adds a problem for each part beyond a plain question that cannot be used. Questions inside a group are not
    looked at."""
    for name, type_ in _ONLY_OF.items():
        if attribute.type != type_ and getattr(attribute, name) not in (None, False):
            problems.add(f"{path}.{name}", f"is for a {type_}, and this is a {attribute.type}; remove it")
    if attribute.type == "group" and not attribute.attributes:
        problems.add(f"{path}.attributes", "the group asks nothing; put questions into it")
    elif attribute.type != "group" and attribute.attributes:
        problems.add(f"{path}.attributes", f"a {attribute.type} has no questions of its own; make it a group")
    if not 1 <= attribute.values_max <= VALUES_MAX:
        problems.add(f"{path}.values_max", f"must be within 1 and {VALUES_MAX}")
    elif attribute.values_max > 1 and attribute.type in ("category", "multiselect"):
        problems.add(f"{path}.values_max", "several choices of one list are a multiselect; leave it out")
    if attribute.description is not None and len(attribute.description) > DESCRIPTION_LENGTH_MAX:
        problems.add(f"{path}.description", f"at most {DESCRIPTION_LENGTH_MAX:,} characters")
    if attribute.unit is not None and not 1 <= len(attribute.unit.strip()) <= UNIT_LENGTH_MAX:
        problems.add(f"{path}.unit", f"must have 1 to {UNIT_LENGTH_MAX} characters; leave it out for none")
    if attribute.type == "multiselect":
        _check_bounds(attribute, path, problems)


def _check_bounds(attribute: Attribute, path: str, problems: Problems) -> None:
    least, most, offered = attribute.choices_min, attribute.choices_max, len(attribute.offered())
    if least is not None and not 1 <= least <= offered:
        problems.add(f"{path}.choices_min", f"must be within 1 and the {offered} choices there are")
    if most is not None and most < max(1, least or 1):
        problems.add(f"{path}.choices_max", f"must be at least {max(1, least or 1)}")
