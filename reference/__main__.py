"""`make reference`: write docs/reference.md from the code as it is."""

from reference.page import PAGE, written

if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
