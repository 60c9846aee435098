"""Where a student's code runs: a warm process, its forks, and the frames between them and the grader."""
