"""What the answers mean: analysis runs, ideas and themes."""
