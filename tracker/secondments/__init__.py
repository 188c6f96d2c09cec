"""Secondments: who is detached from which home unit to which team, on what unchanged terms, until when."""
