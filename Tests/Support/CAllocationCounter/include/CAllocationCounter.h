// Counts OpenSSL's heap requests per thread, in test binaries only: the proof that TLS allocates nothing per
// record. Installed before main, because OpenSSL accepts memory functions only before its first allocation.
#pragma once
#include <stdint.h>

// malloc, realloc and free calls that OpenSSL made on the calling thread.
uint64_t callocation_count(void);
// 1 when the counter is in place.
int callocation_installed(void);
