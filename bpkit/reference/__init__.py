"""The book's equations, one function per equation, in numpy alone."""
