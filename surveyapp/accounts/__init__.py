"""Who works here: people who run communities, and how they sign in."""
