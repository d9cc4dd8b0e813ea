"""A local Digital River over real HTTP, in memory, written from docs/digital-river.md alone."""
