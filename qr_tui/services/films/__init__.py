"""Films on their way to the disk, and pictures of them."""
