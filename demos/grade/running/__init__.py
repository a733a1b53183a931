"""The grader's end of students' processes: what it asks, what it believes of the answers, how they end."""
