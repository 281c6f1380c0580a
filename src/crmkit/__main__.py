"""``python -m crmkit`` does what ``crmkit`` does."""

from crmkit.cli import main

if __name__ == "__main__":
    main()
