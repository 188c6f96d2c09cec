"""Reading: what an invoice file says, from its data, its QR code and its text, never guessed.

The order of trust is structured data in the file, then the QR code, then the text layer; what stays empty
is asked for. Format facts: docs/evidence.md. Who handles readings needs the facts alone; ``reader`` reads files.
"""

from __future__ import annotations

from tracker.evidence.reading.facts import (
    Box,
    Conflict,
    Fact,
    Findings,
    Item,
    Leg,
    Reading,
    Source,
    Sureness,
)

__all__ = ["Box", "Conflict", "Fact", "Findings", "Item", "Leg", "Reading", "Source", "Sureness"]
