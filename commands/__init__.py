"""The command line of a shop and of its operators: one file for each subject."""
