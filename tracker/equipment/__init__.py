"""Rooms and equipment: what the lead unit provides, who holds it, and how it came there."""
