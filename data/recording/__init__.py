"""The recorder's inside: the queue, the one writer thread, gates, prices, processes."""
