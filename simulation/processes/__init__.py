"""T3: Upriver in processes of its own, of which some are killed and started again."""
