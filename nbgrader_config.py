c = get_config()  # noqa: F821  (nbgrader runs this file with get_config defined)

c.CourseDirectory.course_id = "backpropagation"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

c.GenerateAssignment.force = True  # exercises/ is in the repository, and made anew byte for byte
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("This answer is still missing.")'}
c.ClearOutput.remove_metadata_fields = {"collapsed", "scrolled", "execution"}
c.Execute.record_timing = False

c.Autograde.pre_convert_hook = "bpkit.grading.nbgrader_plugin.enter_assignment"
c.Autograde.sanitize_preprocessors = ["bpkit.grading.nbgrader_plugin.Rebuild"]
c.Autograde.autograde_preprocessors = [
    "bpkit.grading.nbgrader_plugin.Judge",
    "bpkit.grading.nbgrader_plugin.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
]
