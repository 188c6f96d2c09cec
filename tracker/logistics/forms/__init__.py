"""What the lead units and home units type about people, rooms and equipment."""
