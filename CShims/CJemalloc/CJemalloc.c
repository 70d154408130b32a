#include "CJemalloc.h"

#include <stddef.h>
#include <jemalloc/jemalloc.h>

const uint64_t *cj_thread_allocated(void) {
  uint64_t *counter = NULL;
  size_t size = sizeof counter;
  if (mallctl("thread.allocatedp", &counter, &size, NULL, 0) != 0) return NULL;
  return counter;
}

