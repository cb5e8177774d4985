"""What stands between the world and the store: archived bodies, and fetching them."""
