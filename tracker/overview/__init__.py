"""工作台与预算看板: what waits, and where the money stands."""
