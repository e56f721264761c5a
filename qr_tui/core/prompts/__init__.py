"""Prompts with holes, variants and lists, and the prompts that they stand for."""
