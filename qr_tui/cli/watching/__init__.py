"""Following tasks from the command line: in the foreground, in a process of its own, and what is printed meanwhile."""
