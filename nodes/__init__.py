"""The middle floor: one file or folder per node of the graph; none knows another."""
