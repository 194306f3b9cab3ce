"""What each of the 39 operations takes: its members, which of them are needed, and what they may look like.

One line a member list: a name, ``!`` where it is required, and its shape. Clients check little of this themselves.
"""

from __future__ import annotations

from typing import Final

from assay.faces.mturk.members import Flag, ListOf, Moment, Shape, Structure, Text, Whole

_COMPARATORS: Final = (
    *("LessThan", "LessThanOrEqualTo", "GreaterThan", "GreaterThanOrEqualTo", "EqualTo", "NotEqualTo"),
    *("Exists", "DoesNotExist", "In", "NotIn"),
)
EVENT_TYPES: Final = (
    *("AssignmentAccepted", "AssignmentAbandoned", "AssignmentReturned", "AssignmentSubmitted"),
    *("AssignmentRejected", "AssignmentApproved", "HITCreated", "HITExpired", "HITReviewable", "HITExtended"),
    *("HITDisposed", "Ping"),
)
# The last is ours: a plain signed webhook.
TRANSPORTS: Final = ("Email", "SQS", "SNS", "Webhook")

_STRING: Final = Text()
_SHAPES: Final[dict[str, Shape]] = {
    "str": _STRING,
    "int": Whole(),
    "long": Whole(bits=64),
    "bool": Flag(),
    "time": Moment(),
    "id": Text(1, 64, r"^[A-Z0-9]+$"),
    "worker": Text(1, 64, r"^A[A-Z0-9]+$"),
    "money": Text(pattern=r"^[0-9]+(\.)?[0-9]{0,2}$"),
    "once": Text(1, 64),
    "next": Text(1, 255),
    "page": Whole(1, 100),
    "workers": ListOf(Text(1, 64, r"^A[A-Z0-9]+$")),
    "assignment-statuses": ListOf(Text(choices=("Submitted", "Approved", "Rejected"))),
    "levels": ListOf(Text(choices=("Assignment", "HIT"))),
    "type-status": Text(choices=("Active", "Inactive")),
    "grant-status": Text(choices=("Granted", "Revoked")),
    "reviewable": Text(choices=("Reviewable", "Reviewing")),
    "event": Text(choices=EVENT_TYPES),
}


def _members(said: str) -> Structure:
    members: dict[str, Shape] = {}
    required = []
    for part in said.split(","):
        if not part.strip():
            continue
        name, shape = part.split()
        members[name.rstrip("!")] = _SHAPES[shape]
        required += [name.rstrip("!")] if name.endswith("!") else []
    return Structure(members, tuple(required))


_SHAPES["requirements"] = ListOf(
    Structure(
        {
            "QualificationTypeId": _STRING,
            "Comparator": Text(choices=_COMPARATORS),
            "IntegerValues": ListOf(Whole()),
            "LocaleValues": ListOf(Structure({"Country": Text(2, 2), "Subdivision": Text(2, 2)}, ("Country",))),
            "RequiredToPreview": Flag(),
            "ActionsGuarded": Text(choices=("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")),
        },
        ("QualificationTypeId", "Comparator"),
    )
)
_SHAPES["policy"] = Structure(
    {
        "PolicyName": _STRING,
        "Parameters": ListOf(
            Structure(
                {
                    "Key": _STRING,
                    "Values": ListOf(_STRING),
                    "MapEntries": ListOf(Structure({"Key": _STRING, "Values": ListOf(_STRING)})),
                }
            )
        ),
    },
    ("PolicyName",),
)
_SHAPES["parameters"] = ListOf(_members("Name! str, Value! str"))
_SHAPES["notification"] = Structure(
    {
        "Destination": _STRING,
        "Transport": Text(choices=TRANSPORTS),
        "Version": _STRING,
        "EventTypes": ListOf(Text(choices=EVENT_TYPES)),
    },
    ("Destination", "Transport", "Version", "EventTypes"),
)

_TERMS: Final = (
    "AutoApprovalDelayInSeconds long, AssignmentDurationInSeconds! long, Reward! money, Title! str, Keywords str,"
    "Description! str, QualificationRequirements requirements,"
)
_POSTED: Final = (
    "MaxAssignments int, LifetimeInSeconds! long, Question str, RequesterAnnotation str, UniqueRequestToken once,"
    "AssignmentReviewPolicy policy, HITReviewPolicy policy, HITLayoutId id, HITLayoutParameters parameters,"
)
_TEST: Final = "Test str, AnswerKey str, TestDurationInSeconds long, RetryDelayInSeconds long, AutoGranted bool,"
_PAGED: Final = "NextToken next, MaxResults page,"

OPERATIONS: Final[dict[str, Structure]] = {
    name: _members(said)
    for name, said in {
        "AcceptQualificationRequest": "QualificationRequestId! str, IntegerValue int",
        "ApproveAssignment": "AssignmentId! id, RequesterFeedback str, OverrideRejection bool",
        "AssociateQualificationWithWorker": (
            "QualificationTypeId! id, WorkerId! worker, IntegerValue int, SendNotification bool"
        ),
        "CreateAdditionalAssignmentsForHIT": "HITId! id, NumberOfAdditionalAssignments! int, UniqueRequestToken once",
        "CreateHIT": _TERMS + _POSTED,
        "CreateHITType": _TERMS,
        "CreateHITWithHITType": "HITTypeId! id," + _POSTED,
        "CreateQualificationType": (
            "Name! str, Keywords str, Description! str, QualificationTypeStatus! type-status, AutoGrantedValue int,"
            + _TEST
        ),
        "CreateWorkerBlock": "WorkerId! worker, Reason! str",
        "DeleteHIT": "HITId! id",
        "DeleteQualificationType": "QualificationTypeId! id",
        "DeleteWorkerBlock": "WorkerId! worker, Reason str",
        "DisassociateQualificationFromWorker": "WorkerId! worker, QualificationTypeId! id, Reason str",
        "GetAccountBalance": "",
        "GetAssignment": "AssignmentId! id",
        "GetFileUploadURL": "AssignmentId! id, QuestionIdentifier! str",
        "GetHIT": "HITId! id",
        "GetQualificationScore": "QualificationTypeId! id, WorkerId! worker",
        "GetQualificationType": "QualificationTypeId! id",
        "ListAssignmentsForHIT": "HITId! id, AssignmentStatuses assignment-statuses," + _PAGED,
        "ListBonusPayments": "HITId id, AssignmentId id," + _PAGED,
        "ListHITs": _PAGED,
        "ListHITsForQualificationType": "QualificationTypeId! id," + _PAGED,
        "ListQualificationRequests": "QualificationTypeId id," + _PAGED,
        "ListQualificationTypes": "Query str, MustBeRequestable! bool, MustBeOwnedByCaller bool," + _PAGED,
        "ListReviewPolicyResultsForHIT": (
            "HITId! id, PolicyLevels levels, RetrieveActions bool, RetrieveResults bool," + _PAGED
        ),
        "ListReviewableHITs": "HITTypeId id, Status reviewable," + _PAGED,
        "ListWorkerBlocks": _PAGED,
        "ListWorkersWithQualificationType": "QualificationTypeId! id, Status grant-status," + _PAGED,
        "NotifyWorkers": "Subject! str, MessageText! str, WorkerIds! workers",
        "RejectAssignment": "AssignmentId! id, RequesterFeedback! str",
        "RejectQualificationRequest": "QualificationRequestId! str, Reason str",
        "SendBonus": "WorkerId! worker, BonusAmount! money, AssignmentId! id, Reason! str, UniqueRequestToken once",
        "SendTestEventNotification": "Notification! notification, TestEventType! event",
        "UpdateExpirationForHIT": "HITId! id, ExpireAt! time",
        "UpdateHITReviewStatus": "HITId! id, Revert bool",
        "UpdateHITTypeOfHIT": "HITId! id, HITTypeId! id",
        "UpdateNotificationSettings": "HITTypeId! id, Notification notification, Active bool",
        "UpdateQualificationType": (
            "QualificationTypeId! id, Description str, QualificationTypeStatus type-status, AutoGrantedValue int,"
            + _TEST
        ),
    }.items()
}
