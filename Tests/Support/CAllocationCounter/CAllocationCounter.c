#include "CAllocationCounter.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static _Thread_local uint64_t calls;
static int installed;

static void *count_malloc(size_t bytes, const char *file, int line) {
  (void)file, (void)line;
  calls++;
  return malloc(bytes);
}

static void *count_realloc(void *memory, size_t bytes, const char *file, int line) {
  (void)file, (void)line;
  calls++;
  return realloc(memory, bytes);
}

static void count_free(void *memory, const char *file, int line) {
  (void)file, (void)line;
  calls += memory != NULL;
  free(memory);
}

__attribute__((constructor)) static void install(void) {
  installed = CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free);
}

uint64_t callocation_count(void) { return calls; }
int callocation_installed(void) { return installed; }
