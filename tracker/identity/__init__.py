"""People, the units they belong to, and how they sign in."""
