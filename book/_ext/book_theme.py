"""What the theme leaves to us: Jupyter Book's setting for comments, and words for the search page."""


def describe_search_page(app, pagename, templatename, context, doctree):
    """Give the search page, which has no source file, its description."""
    if pagename == "search":
        context["metatags"] = '<meta name="description" content="Search the course.">'


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it with or without comments
    app.connect("html-page-context", describe_search_page)
    return {"parallel_read_safe": True}
