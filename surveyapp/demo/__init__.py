"""The demo community: its mission and values, and the answers its members gave."""
