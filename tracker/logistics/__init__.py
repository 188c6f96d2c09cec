"""Logistics: the pages of seconded people, rooms and equipment, and the papers they print."""
