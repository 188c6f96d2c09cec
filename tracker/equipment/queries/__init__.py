"""What pages show of rooms, things, handovers and stock-takes, as far as the reader may see."""
