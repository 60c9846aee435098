c = get_config()  # noqa: F821  (nbgrader runs this file with get_config defined)

c.CourseDirectory.course_id = "backpropagation"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("This answer is still missing.")'}
c.ClearOutput.remove_metadata_fields = {"collapsed", "scrolled", "execution"}
c.Execute.record_timing = False
