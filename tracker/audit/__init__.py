"""The trail: every write leaves who, in which seat, when, what, before and after, in a hash chain."""
