"""The life-cycle table, as it stands in docs/reference/orders.md section 3."""

from __future__ import annotations

from typing import Dict

STATES = [
    "Created",
    "Submitted",
    "Accepted",
    "PartiallyFilled",
    "Filled",
    "CancelPending",
    "ReplacePending",
    "Cancelled",
    "Rejected",
    "Expired",
]
"""In the order of their numbers in the digest."""

EXEC_TYPES = [
    "",
    "PendingNew",
    "New",
    "Trade",
    "PendingCancel",
    "Cancelled",
    "PendingReplace",
    "Replaced",
    "Rejected",
    "CancelRejected",
    "ReplaceRejected",
    "Expired",
    "TradeCancel",
    "TradeCorrect",
    "Restated",
    "OrderStatus",
    "IntentDone",
]
"""In the order of their numbers in the digest, which begin at 1."""

LIVE = ("Submitted", "Accepted", "PartiallyFilled", "CancelPending", "ReplacePending")
COMPLETING = (
    "Trade",
    "TradeCorrect",
    "Replaced",
    "Restated",
    "ReplaceRejected",
    "CancelRejected",
)
"""Reports that make an order Filled if nothing is left open."""

_ENDED = {state: state for state in ("Filled", "Cancelled", "Rejected", "Expired")}
_CORRECTED = {
    "PartiallyFilled": "Restored",
    "CancelPending": "CancelPending",
    "ReplacePending": "ReplacePending",
}

TABLE: Dict[str, Dict[str, str]] = {
    "PendingNew": {"Created": "Submitted"},
    "New": {"Submitted": "Accepted", "CancelPending": "CancelPending"},
    "Trade": {
        "Accepted": "PartiallyFilled",
        "PartiallyFilled": "PartiallyFilled",
        "CancelPending": "CancelPending",
        "ReplacePending": "ReplacePending",
        **_ENDED,
    },
    "PendingCancel": {
        state: "CancelPending"
        for state in ("Submitted", "Accepted", "PartiallyFilled", "ReplacePending")
    },
    "Cancelled": {state: "Cancelled" for state in LIVE},
    "PendingReplace": {"Accepted": "ReplacePending", "PartiallyFilled": "ReplacePending"},
    "Replaced": {"CancelPending": "CancelPending", "ReplacePending": "Restored"},
    "Rejected": {
        "Submitted": "Rejected",
        "Accepted": "Rejected",
        "CancelPending": "Rejected",
        "ReplacePending": "Rejected",
    },
    "CancelRejected": {
        "CancelPending": "Restored",
        "Filled": "Filled",
        "Cancelled": "Cancelled",
        "Rejected": "Rejected",
    },
    "ReplaceRejected": {"CancelPending": "CancelPending", "ReplacePending": "Restored", **_ENDED},
    "Expired": {state: "Expired" for state in LIVE},
    "TradeCancel": {**_CORRECTED, **_ENDED},
    "TradeCorrect": {**_CORRECTED, **_ENDED},
    "Restated": {"Accepted": "Restored", **_CORRECTED},
}
