"""Bytes of HTTP/1.1: heads, bodies, answers. Nothing here knows what a path means."""
