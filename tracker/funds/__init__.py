"""专项资金: the budget's cells, the papers that move money between them, and the append-only fund book."""
