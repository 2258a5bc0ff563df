"""Real servers and clients as judges of the suite."""
