"""招商组团, 牵头单位, and the seats people hold in them."""
