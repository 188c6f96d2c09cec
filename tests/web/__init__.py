"""What the office expects of every page."""
