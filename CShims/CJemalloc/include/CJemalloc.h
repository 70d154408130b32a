#pragma once
// jemalloc's per-thread byte counter: the proof that a hot thread allocates nothing after warm-up.
#include <stdint.h>

/// Where jemalloc counts the bytes that the calling thread has ever allocated; null when the
/// process does not run on jemalloc. The address stays valid for the thread's life; the owner alone
/// writes it.
const uint64_t *cj_thread_allocated(void);
