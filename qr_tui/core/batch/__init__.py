"""A file of prompts: how each format is read, and what makes a line the same line the next time."""
