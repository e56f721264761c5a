"""Measurements, as ratios taken in one run on one machine. Not collected by pytest: no test asserts a time."""
