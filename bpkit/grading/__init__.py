"""The grader: questions, the sandbox that runs answers, and the verdict that stays outside it."""
