"""Plain Python that every floor stands on: money, days, errors, actors, lives."""
