"""What is asked: surveys, sections and questions."""
