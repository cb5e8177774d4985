"""What people and programs get to see: tables for a terminal, JSON and CSV for everything else."""
