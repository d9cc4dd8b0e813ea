"""What is wrong with an installation, in words. A check looks at one thing and changes nothing."""
