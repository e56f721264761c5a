"""The provider's API. Only `client` needs httpx; everything else here reads bytes and text."""
