#pragma once
// The kernel calls that the hot plane and its start-up need, each behind one C function with a
// plain signature. Functions return 0 or a value, or a negated errno; none allocates or takes a
// lock. The Swift attribute lets `@_noLocks` code call them: it is a promise kept by CKernel.c, not
// a proof.

#include <stddef.h>
#include <stdint.h>

#define CK_NO_LOCKS __attribute__((swift_attr("@_noLocks")))

#ifdef __cplusplus
extern "C" {
#endif

// ---- Clocks (vDSO: no system call on x86-64 and arm64) ----

/// CLOCK_MONOTONIC, nanoseconds.
int64_t ck_now_monotonic(void) CK_NO_LOCKS;
/// CLOCK_BOOTTIME, nanoseconds: goes on while the machine is suspended.
int64_t ck_now_boottime(void) CK_NO_LOCKS;
/// CLOCK_REALTIME, milliseconds since the Unix epoch.
int64_t ck_now_wall_ms(void) CK_NO_LOCKS;
/// CLOCK_REALTIME, nanoseconds since the Unix epoch.
int64_t ck_now_wall_ns(void) CK_NO_LOCKS;

// ---- Time-stamp counter: for measuring, never for deciding ----

/// 1 where the counter has one rate on every CPU (CPUID 8000_0007h, EDX bit 8; always on arm64).
int32_t ck_ticks_invariant(void);
/// The CPU's time-stamp counter; 0 where `ck_ticks_invariant` is.
static inline CK_NO_LOCKS uint64_t ck_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return 0;
#endif
}

// ---- Waiting ----

/// One spin-wait hint; does not leave user space.
static inline CK_NO_LOCKS void ck_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ __volatile__("yield" ::: "memory");
#else
  __asm__ __volatile__("" ::: "memory");
#endif
}
/// sched_yield.
void ck_yield(void) CK_NO_LOCKS;
/// Sleeps `nanoseconds` of CLOCK_MONOTONIC; a signal may cut it short.
void ck_sleep(int64_t nanoseconds) CK_NO_LOCKS;

// ---- CPUs and threads ----

/// CPUs the calling thread may run on, ascending, into `cpus`; returns how many there are, or
/// -errno.
int32_t ck_affinity_get(int32_t *cpus, int32_t capacity);
/// Binds the calling thread to the listed CPUs. Threads it starts later inherit them.
int32_t ck_affinity_set(const int32_t *cpus, int32_t count);
/// Binds every thread that the process has now.
int32_t ck_affinity_set_process(const int32_t *cpus, int32_t count);
/// Names the calling thread (at most 15 bytes are kept).
int32_t ck_thread_name_set(const char *name);
/// The calling thread's kernel id.
int32_t ck_thread_id(void) CK_NO_LOCKS;

// ---- Events ----

/// A non-blocking, close-on-exec eventfd, or -errno.
int32_t ck_eventfd_create(void);
/// Adds 1. Returns 0, or -errno (-EAGAIN: already as full as can be, so the reader will wake).
int32_t ck_eventfd_write(int32_t descriptor) CK_NO_LOCKS;
/// Empties the counter. Returns what it held, 0 when it was empty, or -errno.
int64_t ck_eventfd_read(int32_t descriptor) CK_NO_LOCKS;
/// Waits until `descriptor` is readable: 1, 0 on time-out, or -errno (-EINTR on a signal). A
/// negative time-out waits for ever.
int32_t ck_poll_readable(int32_t descriptor, int64_t timeout_nanoseconds) CK_NO_LOCKS;

// ---- Memory ----

/// The page size.
size_t ck_page_size(void);
/// Zeroed private memory, each page already present. Null on failure, `*error` = errno.
void *ck_map_anonymous(size_t byte_count, int32_t *error);
/// Maps `descriptor` from its beginning, shared; `writable` maps for writing and makes each page
/// present.
void *ck_map_file(int32_t descriptor, size_t byte_count, int32_t writable, int32_t *error);
int32_t ck_unmap(void *address, size_t byte_count);
/// Locks the range in memory; -errno where the limit forbids it.
int32_t ck_lock_memory(const void *address, size_t byte_count);
/// Makes the pages of the program and its libraries present (Linux 5.14; before that it does
/// nothing): what helps where the limit forbids `ck_lock_all`.
void ck_populate_images(void);
/// Makes every page that is or will be mapped present and keeps it from being reclaimed; -errno
/// where the limit forbids it.
int32_t ck_lock_all(void);
/// Reads (or, `writable`, writes back) one byte a page: present before the hot loop starts.
void ck_touch(void *address, size_t byte_count, int32_t writable);

// ---- Files ----

/// open(2) with O_CLOEXEC and O_NOFOLLOW; `flags`: bit 0 write, bit 1 create, bit 2 exclusive, bit
/// 3 truncate. Descriptor or -errno.
int32_t ck_open(const char *path, int32_t flags, uint32_t mode);
int32_t ck_close(int32_t descriptor);
/// ftruncate plus, when growing, reservation of the blocks (so that a full disk shows now, not as
/// SIGBUS later).
int32_t ck_resize(int32_t descriptor, int64_t byte_count);
/// fchmod: the exact mode, whatever the umask.
int32_t ck_set_mode(int32_t descriptor, uint32_t mode);
/// Size, device, inode, owner and mode of an open file; 0 or -errno.
int32_t ck_file_status(
  int32_t descriptor, int64_t *byte_count, uint64_t *device, uint64_t *inode, uint32_t *owner,
  uint32_t *mode);
/// The same of a path (not following a last symbolic link).
int32_t ck_path_status(
  const char *path, int64_t *byte_count, uint64_t *device, uint64_t *inode, uint32_t *owner,
  uint32_t *mode);
int32_t ck_rename(const char *from, const char *to);
int32_t ck_unlink(const char *path);
int32_t ck_sync(int32_t descriptor);
/// fsync of a folder, so that a rename in it is durable.
int32_t ck_sync_folder(const char *path);

// ---- Process ----

/// PR_SET_DUMPABLE 0: no core file, no ptrace by the same user, /proc/self owned by root.
int32_t ck_forbid_dump(void);
/// PR_SET_PDEATHSIG: `signal` arrives when the parent thread dies.
int32_t ck_signal_on_parent_death(int32_t signal);
int32_t ck_process_id(void);
/// A close-on-exec pipe; 0 or -errno.
int32_t ck_pipe_create(int32_t *read_end, int32_t *write_end);
/// posix_spawn of `path`: standard input from /dev/null, `inherited` as descriptor 3, every
/// descriptor above closed, signals unblocked and at their defaults, a process group of its own. Id
/// or -errno.
int32_t ck_spawn(
  const char *path, char *const *arguments, char *const *environment, int32_t inherited);
/// The kernel's boot id as 16 bytes; 0 or -errno.
int32_t ck_boot_id(uint8_t *bytes);
/// Fills `bytes` from getrandom(2); 0 or -errno.
int32_t ck_random(void *bytes, size_t byte_count);
/// What an errno means, in the C locale's English; never null.
const char *ck_error_text(int32_t error);

#ifdef __cplusplus
}
#endif
