"""The engine of httptpc: catalogue, client, scripted remote party, judgement and record."""

__version__ = "0.1.0"
