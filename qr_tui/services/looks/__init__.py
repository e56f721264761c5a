"""Looking at what is being made: when, at which host, and what is done with the answer."""
