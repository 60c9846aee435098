"""What the cells say: pages run side by side before they are read, and their notebooks keep the outputs."""

import os
import threading
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.execute.cache import NotebookClientCache
from myst_nb.core.read import create_nb_reader

PLACES = threading.Semaphore(os.cpu_count())
runs = {}


class Run(threading.Thread):
    """The run of one page when its turn comes; it does not outlive a build that is interrupted."""

    def __init__(self, path, notebook, seconds):
        super().__init__(daemon=True)
        self.notebook, self.folder, self.seconds = notebook, str(Path(path).parent), seconds
        self.result = None
        self.start()

    def run(self):
        with PLACES:
            self.result = single_nb_execution(self.notebook, self.folder, self.seconds, allow_errors=False)


def run_ahead(app, env, docnames):
    """Begin to run the pages whose outputs are not kept, as many at once as there are processors."""
    kept = get_cache(env.mystnb_config.execution_cache_path)
    for path in map(env.doc2path, docnames):
        text = Path(path).read_text("utf-8")
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        if reader is not None:
            notebook = reader.read(text)
            if not is_kept(kept, notebook):
                runs[path] = Run(path, notebook, env.mystnb_config.execution_timeout)


def is_kept(kept, notebook):
    """Say whether the outputs of a notebook with these cells are there."""
    try:
        return bool(kept.match_cache_notebook(notebook))
    except KeyError:
        return False


def start_with_outputs(client, start=NotebookClientCache.start_client):
    """Start the client once its page has run, and give its outputs to the notebook that will be written."""
    if run := runs.pop(str(client.path), None):
        run.join()
        keep(run.result, client)
    written = client.notebook
    start(client)
    written.cells = client.notebook.cells


def keep(result, client):
    """Keep the outputs of a page; one that failed is not kept, so that the client runs it and says why."""
    if result is not None and result.err is None:
        bundle = CacheBundleIn(result.nb, str(client.path), data={"execution_seconds": result.time})
        kept = get_cache(client.nb_config.execution_cache_path)
        kept.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app):
    """Register with Sphinx."""
    app.connect("env-before-read-docs", run_ahead)
    NotebookClientCache.start_client = start_with_outputs
    return {"parallel_read_safe": True}
