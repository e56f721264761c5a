"""What videos cost, as far as a person has said it; the provider's own number is never mixed in."""
