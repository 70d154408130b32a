// The transport's own system calls: io_uring behind an opaque ring, and non-blocking sockets with
// epoll. Every function marked CURING_HOT neither allocates nor takes a user-space lock; the
// attribute is a promise that the Swift compiler relies on.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CURING_HOT __attribute__((swift_attr("@_noLocks")))

// ---- io_uring (liburing stays out of Swift: strict safety cannot import its header) ----

struct curing;

struct curing_completion {
  uint64_t tag;
  int32_t result;     // bytes, or -errno
  uint32_t buffer;    // provided buffer, or CURING_NO_BUFFER
  uint32_t more;      // 1 while a multishot request stays armed
};

#define CURING_NO_BUFFER 0xffffffffu

// Creates the ring disabled, so that any thread may make it: `curing_start` binds it to its caller.
// `entries` and `buffers` are powers of two. 0 or -errno; the ring and its buffers are pre-faulted.
int curing_create(struct curing **ring, uint32_t entries, uint32_t buffers, uint32_t buffer_bytes);
// Enables the ring; the calling thread becomes the only one that may use it (SINGLE_ISSUER). 0 or
// -errno.
int curing_start(struct curing *ring);
void curing_destroy(struct curing *ring);
// What a ring with these flags would say here: 0, or -errno (-EPERM, -ENOSYS in most containers).
int curing_probe(void);

// Queue requests; 1, or 0 when the submission queue stays full even after submitting.
int curing_receive(struct curing *ring, int descriptor, uint64_t tag) CURING_HOT;
int curing_watch(struct curing *ring, int descriptor, int writable, uint64_t tag) CURING_HOT;
int curing_cancel(struct curing *ring, uint64_t victim, uint64_t tag) CURING_HOT;
// Takes the next completion already in the queue: 1, or 0 when there is none. No system call.
int curing_next(struct curing *ring, struct curing_completion *completion) CURING_HOT;
// Submits what is queued and runs deferred work without sleeping; 1 when it entered the kernel.
int curing_enter(struct curing *ring) CURING_HOT;
// Submits and sleeps until a completion or the timeout, through signals: 1 ready, 0 timed out,
// -errno.
int curing_wait(struct curing *ring, int64_t nanoseconds) CURING_HOT;
// The bytes of a provided buffer, and giving it back.
const void *curing_bytes(const struct curing *ring, uint32_t buffer) CURING_HOT;
void curing_recycle(struct curing *ring, uint32_t buffer) CURING_HOT;

// ---- sockets ----

// recv(MSG_DONTWAIT) and send(MSG_DONTWAIT|MSG_NOSIGNAL), EINTR retried: bytes, or -errno.
int64_t csocket_receive(int descriptor, void *bytes, size_t count) CURING_HOT;
int64_t csocket_send(int descriptor, const void *bytes, size_t count) CURING_HOT;
// CLOCK_MONOTONIC in nanoseconds (vDSO).
int64_t csocket_now(void) CURING_HOT;
// Reads an eventfd's count away.
void csocket_drain(int descriptor) CURING_HOT;
// What surrounds a connection's life, off the hot path: 0 or -errno; and the end of a descriptor.
int csocket_non_blocking(int descriptor);
void csocket_close(int descriptor);

// ---- epoll ----

#define CEPOLL_READABLE 1u
#define CEPOLL_WRITABLE 2u

struct cepoll_event {
  uint32_t events;    // CEPOLL_READABLE (also hang-up and error) | CEPOLL_WRITABLE
  uint32_t tag;
};

#define CEPOLL_EVENTS_MAX 64

int cepoll_create(void);
// add/modify/delete; 0 or -errno.
int cepoll_add(int epoll, int descriptor, uint32_t tag) CURING_HOT;
int cepoll_modify(int epoll, int descriptor, uint32_t events, uint32_t tag) CURING_HOT;
int cepoll_delete(int epoll, int descriptor) CURING_HOT;
// At most CEPOLL_EVENTS_MAX events; the count, 0 after the timeout, -errno. Sleeps through signals.
int cepoll_wait(int epoll, struct cepoll_event *events, int64_t nanoseconds) CURING_HOT;
