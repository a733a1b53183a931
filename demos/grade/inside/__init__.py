"""What runs beside a student's code, in its process: it tries what it is asked to, and judges nothing."""
