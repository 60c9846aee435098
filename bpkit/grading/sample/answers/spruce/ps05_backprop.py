"""No answers: the notebook has no cells."""
