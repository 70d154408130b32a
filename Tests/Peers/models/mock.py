"""llmock, a model server of others that fails on request and judges its client; prints its port."""

import sys

from llmock.testing import LLMockServer

server = LLMockServer(port=0)
server.start()
print(server._port, flush=True)
# Ends with whoever started it.
sys.stdin.read()
