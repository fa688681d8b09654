"""What is done: adopted candidates and how far they are."""
