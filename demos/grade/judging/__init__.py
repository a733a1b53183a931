"""What is said of a submission: stage by stage, in sentences."""
