"""The lines of a file as videos: judged, and each asked for once."""
