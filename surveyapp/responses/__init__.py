"""What is answered: responses, kept once, and never tied to a person who was promised otherwise."""
