"""What is tried on engines, what right and mistaken ones give, and which gives a student's numbers."""
