"""A request as it leaves: its body, its pictures, and the ``curl`` that would send the same."""
