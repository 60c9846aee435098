from importlib.util import find_spec
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader runs this file with get_config defined)

c.CourseDirectory.course_id = "backpropagation"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

c.GenerateAssignment.force = True  # exercises/ is in the repository, and made anew byte for byte
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("This answer is still missing.")'}
c.ClearOutput.remove_metadata_fields = {"collapsed", "scrolled", "execution"}
c.Execute.record_timing = False

# nbgrader's own lists, with Execute and SaveAutoGrades replaced, and Rebuild before them all
c.Autograde.pre_convert_hook = "bpkit.grading.nbgrader_plugin.enter_assignment"
c.Autograde.sanitize_preprocessors = [
    "bpkit.grading.nbgrader_plugin.Rebuild",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "bpkit.grading.nbgrader_plugin.Judge",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "bpkit.grading.nbgrader_plugin.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# feedback and formgrader load nothing from the network
ours, theirs = (Path(find_spec(package).origin).parent for package in ("bpkit", "nbgrader"))
c.HTMLExporter.extra_template_basedirs = [
    str(ours / "grading" / "pages"),
    str(theirs / "server_extensions" / "formgrader" / "templates"),
]
