"""The shop's own rules: whether units may come back, may not, or a person decides.

Pure functions over what was read of the order, asked before a return is created at Digital River.
What Digital River itself needs to open a return is in `lifecycle.conditions`.
"""
