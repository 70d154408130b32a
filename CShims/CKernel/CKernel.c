#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CKernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static inline int64_t nanoseconds_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t ck_now_monotonic(void) { return nanoseconds_of(CLOCK_MONOTONIC); }
int64_t ck_now_boottime(void) { return nanoseconds_of(CLOCK_BOOTTIME); }
int64_t ck_now_wall_ms(void) { return nanoseconds_of(CLOCK_REALTIME) / 1000000; }
int64_t ck_now_wall_ns(void) { return nanoseconds_of(CLOCK_REALTIME); }
int32_t ck_ticks_invariant(void) {
#if defined(__x86_64__)
  unsigned int a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d >> 8 & 1);
#elif defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

static struct timespec timespec_of(int64_t nanoseconds) {
  if (nanoseconds < 0) nanoseconds = 0;
  struct timespec t = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return t;
}

void ck_yield(void) { sched_yield(); }

void ck_sleep(int64_t nanoseconds) {
  struct timespec t = timespec_of(nanoseconds);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

int32_t ck_affinity_get(int32_t *cpus, int32_t capacity) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -errno;
  int32_t found = 0;
  for (int32_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &set)) continue;
    if (found < capacity) cpus[found] = cpu;
    found++;
  }
  return found;
}

int32_t ck_affinity_set(const int32_t *cpus, int32_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int32_t i = 0; i < count; i++) {
    if (cpus[i] < 0 || cpus[i] >= CPU_SETSIZE) return -EINVAL;
    CPU_SET(cpus[i], &set);
  }
  return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : -errno;
}

int32_t ck_affinity_set_process(const int32_t *cpus, int32_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int32_t i = 0; i < count; i++) {
    if (cpus[i] < 0 || cpus[i] >= CPU_SETSIZE) return -EINVAL;
    CPU_SET(cpus[i], &set);
  }
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == NULL) return -errno;
  int32_t result = 0;
  struct dirent *entry;
  while ((entry = readdir(tasks)) != NULL) {
    int task = atoi(entry->d_name);
    if (task <= 0) continue;
    // A thread that ended meanwhile needs no CPU.
    if (sched_setaffinity(task, sizeof set, &set) != 0 && errno != ESRCH) result = -errno;
  }
  closedir(tasks);
  return result;
}

int32_t ck_thread_name_set(const char *name) {
  char kept[16];
  size_t length = strnlen(name, sizeof kept - 1);
  memcpy(kept, name, length);
  kept[length] = 0;
  return -pthread_setname_np(pthread_self(), kept);
}

int32_t ck_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

int32_t ck_eventfd_create(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

int32_t ck_eventfd_write(int32_t descriptor) {
  uint64_t one = 1;
  for (;;) {
    if (write(descriptor, &one, sizeof one) == (ssize_t)sizeof one) return 0;
    if (errno != EINTR) return -errno;
  }
}

int64_t ck_eventfd_read(int32_t descriptor) {
  uint64_t held = 0;
  for (;;) {
    if (read(descriptor, &held, sizeof held) == (ssize_t)sizeof held) {
      return held > INT64_MAX ? INT64_MAX : (int64_t)held;
    }
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) return -errno;
  }
}

int32_t ck_poll_readable(int32_t descriptor, int64_t timeout_nanoseconds) {
  struct pollfd entry = {.fd = descriptor, .events = POLLIN};
  struct timespec t = timespec_of(timeout_nanoseconds);
  int ready = ppoll(&entry, 1, timeout_nanoseconds < 0 ? NULL : &t, NULL);
  return ready < 0 ? -errno : ready;
}

size_t ck_page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

void *ck_map_anonymous(size_t byte_count, int32_t *error) {
  void *address = mmap(
    NULL, byte_count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (address == MAP_FAILED) {
    *error = errno;
    return NULL;
  }
  ck_touch(address, byte_count, 1);
  *error = 0;
  return address;
}

void *ck_map_file(int32_t descriptor, size_t byte_count, int32_t writable, int32_t *error) {
  void *address = mmap(
    NULL, byte_count, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_POPULATE,
    descriptor, 0);
  if (address == MAP_FAILED) {
    *error = errno;
    return NULL;
  }
  if (writable) ck_touch(address, byte_count, 1);
  *error = 0;
  return address;
}

int32_t ck_unmap(void *address, size_t byte_count) {
  return munmap(address, byte_count) == 0 ? 0 : -errno;
}

int32_t ck_lock_memory(const void *address, size_t byte_count) {
  return mlock(address, byte_count) == 0 ? 0 : -errno;
}

static int populate_image(struct dl_phdr_info *image, size_t size, void *context) {
  (void)size;
  (void)context;
  size_t page = ck_page_size();
  for (int i = 0; i < image->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &image->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || part->p_memsz == 0) continue;
    uintptr_t from = (image->dlpi_addr + part->p_vaddr) & ~(uintptr_t)(page - 1);
    uintptr_t to = image->dlpi_addr + part->p_vaddr + part->p_memsz;
    (void)madvise((void *)from, (to - from + page - 1) & ~(page - 1),
                  part->p_flags & PF_W ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
  }
  return 0;
}

void ck_populate_images(void) { dl_iterate_phdr(populate_image, NULL); }

int32_t ck_lock_all(void) {
  return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? 0 : -errno;
}

void ck_touch(void *address, size_t byte_count, int32_t writable) {
  size_t page = ck_page_size();
  volatile uint8_t *bytes = address;
  for (size_t at = 0; at < byte_count; at += page) {
    // An atomic "or" with 0 dirties the page without changing it, whoever else writes there.
    if (writable) {
      __atomic_fetch_or((uint8_t *)bytes + at, 0, __ATOMIC_RELAXED);
    } else {
      (void)bytes[at];
    }
  }
}

int32_t ck_forbid_dump(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -errno; }

int32_t ck_signal_on_parent_death(int32_t signal) {
  return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 ? 0 : -errno;
}

int32_t ck_process_id(void) { return (int32_t)getpid(); }

int32_t ck_boot_id(uint8_t *bytes) {
  int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  char text[64];
  ssize_t length = read(descriptor, text, sizeof text);
  int error = errno;
  close(descriptor);
  if (length < 0) return -error;
  int digits = 0;
  for (ssize_t i = 0; i < length && digits < 32; i++) {
    char c = text[i];
    int value;
    if (c >= '0' && c <= '9') value = c - '0';
    else if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
    else continue;
    if (digits % 2 == 0) bytes[digits / 2] = (uint8_t)(value << 4);
    else bytes[digits / 2] |= (uint8_t)value;
    digits++;
  }
  return digits == 32 ? 0 : -EINVAL;
}

int32_t ck_random(void *bytes, size_t byte_count) {
  uint8_t *at = bytes;
  while (byte_count > 0) {
    ssize_t got = getrandom(at, byte_count, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    at += got;
    byte_count -= (size_t)got;
  }
  return 0;
}

const char *ck_error_text(int32_t error) {
  const char *text = strerrordesc_np(error);
  return text ? text : "unknown error";
}
