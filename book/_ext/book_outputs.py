"""The notebooks beside the pages: with outputs, also where these come from the cache."""

from myst_nb.core.execute.cache import NotebookClientCache


def start_with_outputs(client, start=NotebookClientCache.start_client):
    """Start the client, and give what it found in the cache to the notebook that will be written."""
    written = client.notebook
    start(client)
    written.cells = client.notebook.cells


def setup(app):
    """Register with Sphinx."""
    NotebookClientCache.start_client = start_with_outputs
    return {"parallel_read_safe": True}
