"""Ways to run the matcher; all give the same clusters."""
