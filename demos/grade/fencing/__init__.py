"""The process in which a student's code runs, and what it may reach: it knows no engine and no stage."""
