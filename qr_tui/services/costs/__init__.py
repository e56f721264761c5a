"""What videos cost, by a person's own prices and by the provider's own number."""
