"""What a return is: facts in, next step out. Plain Python; no Temporal, no HTTP, no clock."""
