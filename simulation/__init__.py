"""Whole returns through faults, from a seed: the judge of what the other tests cannot imagine."""
