"""Reference server of HTTP third-party copy: right, or wrong in exactly one named way.

It stands alone: nothing here is shared with the harness that checks servers, so that a common
misreading of the specification cannot hide on both sides.
"""
