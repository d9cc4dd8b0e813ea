"""All of Upriver on one machine, for the demo: its processes, and returns to run through them."""
