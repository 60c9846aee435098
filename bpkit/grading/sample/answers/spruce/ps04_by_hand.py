"""No answers: the file is empty."""
