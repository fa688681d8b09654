"""What people share: a community, its mission and its values."""
