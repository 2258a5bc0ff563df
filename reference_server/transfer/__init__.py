"""Third-party transfers: this server as the active party."""
