"""The upscaler: pictures of the painter two or four times larger, by a small network of our own."""
