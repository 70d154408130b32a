// What dialling needs of libc, each call bounded by a timeout and a cancellation descriptor.
// Housekeeping threads only: these block and allocate.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Enough that a name with many addresses of one family shows one of the other.
#define CDIAL_ADDRESSES_MAX 32

struct cdial_address {
  uint8_t bytes[128];  // a sockaddr_storage
  uint32_t length;
  uint32_t loopback;   // 127.0.0.0/8, ::1
  uint32_t six;        // of IPv6
};

// Waits until `descriptor` is readable (or writable): 1, 0 on timeout, -ECANCELED when `cancel` (an
// eventfd, or -1) became readable, -errno.
int cdial_wait(int descriptor, int writable, int cancel, int64_t nanoseconds);

// Waits until one of the descriptors, at most CDIAL_ADDRESSES_MAX, is writable or failed: its
// index + 1, else as above.
int cdial_wait_any(const int *descriptors, int count, int cancel, int64_t nanoseconds);

// Resolves on a thread of its own, for getaddrinfo cannot be interrupted: an unfinished one is
// abandoned and frees itself. The count of addresses (> 0), 0 on timeout, -ECANCELED, or -1000 -
// |EAI error|.
int cdial_resolve(const char *host, uint16_t port, struct cdial_address *addresses, int cancel,
                  int64_t nanoseconds);
// The text of a failed resolution.
const char *cdial_resolve_failure(int status);
// Begins a non-blocking connect with TCP_NODELAY: a descriptor, or -errno.
int cdial_connect(const struct cdial_address *address);
// After writability: 0 when connected, else -errno.
int cdial_connected(int descriptor);
// `address:port` in digits into `text`.
void cdial_describe(const struct cdial_address *address, char *text, size_t capacity);

// A listening socket of 127.0.0.1 at a free port, or -errno.
int cdial_listen(uint16_t *port);
// What came to it: non-blocking, close-on-exec; or -errno.
int cdial_accept(int listener);
// Passes bytes both ways until both sides have ended, one breaks, or `cancel` is raised. Closes
// neither.
void cdial_relay(int near, int far, int cancel);

// An eventfd for cancellation or wake-ups: non-blocking, close-on-exec; -errno.
int cdial_event(void);
void cdial_raise(int event);
const char *cdial_error_text(int error_number);
