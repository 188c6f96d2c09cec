"""招商组团经费与后勤: the expense and logistics tracker of a district's investment teams."""
