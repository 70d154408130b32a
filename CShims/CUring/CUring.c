#define _GNU_SOURCE
#include "CUring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <liburing.h>

enum { group = 1 };

struct curing {
  struct io_uring ring;
  struct io_uring_buf_ring *provided;
  size_t provided_bytes;
  uint8_t *memory;
  size_t memory_bytes;
  uint32_t buffers;
  uint32_t buffer_bytes;
};

static int setup(struct io_uring *ring, uint32_t entries, uint32_t completions) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  // TASKRUN_FLAG: the kernel says in shared memory when deferred work waits, so a spinning thread
  // enters the kernel only then.
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                     IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                     IORING_SETUP_TASKRUN_FLAG;
  parameters.cq_entries = completions;
  return io_uring_queue_init_params(entries, ring, &parameters);
}

static void *map(size_t bytes) {
  void *memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

int curing_create(struct curing **out, uint32_t entries, uint32_t buffers, uint32_t buffer_bytes) {
  *out = NULL;
  struct curing *self = calloc(1, sizeof *self);
  if (!self) return -ENOMEM;
  self->buffers = buffers;
  self->buffer_bytes = buffer_bytes;
  // Every buffer can be in the completion queue beside a completion of every request: no overflow.
  int status = setup(&self->ring, entries, buffers * 2 + entries * 2);
  if (status < 0) {
    free(self);
    return status;
  }
  self->provided_bytes = buffers * sizeof(struct io_uring_buf);
  self->memory_bytes = (size_t)buffers * buffer_bytes;
  self->provided = map(self->provided_bytes);
  self->memory = map(self->memory_bytes);
  if (!self->provided || !self->memory) {
    curing_destroy(self);
    return -ENOMEM;
  }
  struct io_uring_buf_reg registration;
  memset(&registration, 0, sizeof registration);
  registration.ring_addr = (uint64_t)(uintptr_t)self->provided;
  registration.ring_entries = buffers;
  registration.bgid = group;
  status = io_uring_register_buf_ring(&self->ring, &registration, 0);
  if (status < 0) {
    curing_destroy(self);
    return status;
  }
  io_uring_buf_ring_init(self->provided);
  for (uint32_t index = 0; index < buffers; index++)
    io_uring_buf_ring_add(self->provided, self->memory + (size_t)index * buffer_bytes, buffer_bytes,
                          (unsigned short)index, io_uring_buf_ring_mask(buffers), (int)index);
  io_uring_buf_ring_advance(self->provided, (int)buffers);
  *out = self;
  return 0;
}

// liburing 2.3 declares io_uring_enable_rings and forgets to export it.
int curing_start(struct curing *self) {
  long status = syscall(__NR_io_uring_register, self->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS,
                        NULL, 0);
  return status < 0 ? -errno : 0;
}

void curing_destroy(struct curing *self) {
  if (!self) return;
  io_uring_queue_exit(&self->ring);
  if (self->provided) munmap(self->provided, self->provided_bytes);
  if (self->memory) munmap(self->memory, self->memory_bytes);
  free(self);
}

int curing_probe(void) {
  struct curing *ring;
  int status = curing_create(&ring, 8, 8, 4096);
  if (status < 0) return status;
  status = curing_start(ring);
  curing_destroy(ring);
  return status < 0 ? status : 0;
}

// Saturates: a wait may be asked to last for ever.
static int64_t deadline_of(int64_t nanoseconds) {
  int64_t now = csocket_now();
  return nanoseconds > INT64_MAX - now ? INT64_MAX : now + nanoseconds;
}

static struct io_uring_sqe *entry(struct curing *self) {
  struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);
  if (sqe) return sqe;
  io_uring_submit(&self->ring);
  return io_uring_get_sqe(&self->ring);
}

int curing_receive(struct curing *self, int descriptor, uint64_t tag) {
  struct io_uring_sqe *sqe = entry(self);
  if (!sqe) return 0;
  io_uring_prep_recv_multishot(sqe, descriptor, NULL, 0, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = group;
  sqe->user_data = tag;
  return 1;
}

int curing_watch(struct curing *self, int descriptor, int writable, uint64_t tag) {
  struct io_uring_sqe *sqe = entry(self);
  if (!sqe) return 0;
  if (writable)
    io_uring_prep_poll_add(sqe, descriptor, POLLOUT);
  else
    io_uring_prep_poll_multishot(sqe, descriptor, POLLIN);
  sqe->user_data = tag;
  return 1;
}

int curing_cancel(struct curing *self, uint64_t victim, uint64_t tag) {
  struct io_uring_sqe *sqe = entry(self);
  if (!sqe) return 0;
  io_uring_prep_cancel64(sqe, victim, 0);
  sqe->user_data = tag;
  return 1;
}

int curing_next(struct curing *self, struct curing_completion *completion) {
  struct io_uring_cq *queue = &self->ring.cq;
  unsigned head = *queue->khead;
  if (head == io_uring_smp_load_acquire(queue->ktail)) return 0;
  struct io_uring_cqe *cqe = &queue->cqes[head & *queue->kring_mask];
  completion->tag = cqe->user_data;
  completion->result = cqe->res;
  completion->buffer =
      cqe->flags & IORING_CQE_F_BUFFER ? cqe->flags >> IORING_CQE_BUFFER_SHIFT : CURING_NO_BUFFER;
  completion->more = cqe->flags & IORING_CQE_F_MORE ? 1 : 0;
  io_uring_smp_store_release(queue->khead, head + 1);
  return 1;
}

int curing_enter(struct curing *self) {
  unsigned flags = IO_URING_READ_ONCE(*self->ring.sq.kflags);
  if (io_uring_sq_ready(&self->ring) != 0) {
    io_uring_submit_and_get_events(&self->ring);
    return 1;
  }
  if (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) {
    io_uring_get_events(&self->ring);
    return 1;
  }
  return 0;
}

int curing_wait(struct curing *self, int64_t nanoseconds) {
  // Submitted apart: liburing 2.3 reports a wait that also submitted as a success when it timed
  // out.
  curing_enter(self);
  int64_t deadline = deadline_of(nanoseconds);
  for (;;) {
    if (io_uring_cq_ready(&self->ring) != 0) return 1;
    int64_t left = deadline - csocket_now();
    if (left <= 0) return 0;
    struct io_uring_cqe *cqe;
    struct __kernel_timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int status = io_uring_submit_and_wait_timeout(&self->ring, &cqe, 1, &timeout, NULL);
    if (io_uring_cq_ready(&self->ring) != 0) return 1;
    if (status < 0 && status != -ETIME && status != -EINTR && status != -EAGAIN && status != -EBUSY)
      return status;
  }
}

const void *curing_bytes(const struct curing *self, uint32_t buffer) {
  return self->memory + (size_t)buffer * self->buffer_bytes;
}

void curing_recycle(struct curing *self, uint32_t buffer) {
  io_uring_buf_ring_add(self->provided, self->memory + (size_t)buffer * self->buffer_bytes,
                        self->buffer_bytes, (unsigned short)buffer,
                        io_uring_buf_ring_mask(self->buffers), 0);
  io_uring_buf_ring_advance(self->provided, 1);
}

int64_t csocket_receive(int descriptor, void *bytes, size_t count) {
  for (;;) {
    ssize_t received = recv(descriptor, bytes, count, MSG_DONTWAIT);
    if (received >= 0) return received;
    if (errno != EINTR) return -errno;
  }
}

int64_t csocket_send(int descriptor, const void *bytes, size_t count) {
  for (;;) {
    ssize_t sent = send(descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno != EINTR) return -errno;
  }
}

int64_t csocket_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void csocket_drain(int descriptor) {
  uint64_t count;
  ssize_t ignored = read(descriptor, &count, sizeof count);
  (void)ignored;
}

int csocket_non_blocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

void csocket_close(int descriptor) { close(descriptor); }

int cepoll_create(void) {
  int descriptor = epoll_create1(EPOLL_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

static int control(int epoll, int operation, int descriptor, uint32_t events, uint32_t tag) {
  struct epoll_event event = {.events = (events & CEPOLL_READABLE ? EPOLLIN : 0) |
                                        (events & CEPOLL_WRITABLE ? EPOLLOUT : 0)};
  event.data.u64 = tag;
  return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int cepoll_add(int epoll, int descriptor, uint32_t tag) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, CEPOLL_READABLE, tag);
}

int cepoll_modify(int epoll, int descriptor, uint32_t events, uint32_t tag) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, events, tag);
}

int cepoll_delete(int epoll, int descriptor) {
  return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int cepoll_wait(int epoll, struct cepoll_event *events, int64_t nanoseconds) {
  struct epoll_event ready[CEPOLL_EVENTS_MAX];
  int64_t deadline = nanoseconds == 0 ? 0 : deadline_of(nanoseconds);
  int count;
  for (;;) {
    if (nanoseconds == 0) {
      count = epoll_wait(epoll, ready, CEPOLL_EVENTS_MAX, 0);
    } else {
      int64_t left = deadline - csocket_now();
      if (left < 0) left = 0;
      struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
      count = epoll_pwait2(epoll, ready, CEPOLL_EVENTS_MAX, &timeout, NULL);
      if (count < 0 && errno == ENOSYS)  // before Linux 5.11: milliseconds, rounded up
        count = epoll_wait(epoll, ready, CEPOLL_EVENTS_MAX,
                           left > 2000000000 ? 2000 : (int)((left + 999999) / 1000000));
    }
    if (count >= 0) break;
    if (errno != EINTR) return -errno;
  }
  for (int index = 0; index < count; index++) {
    uint32_t happened = ready[index].events;
    uint32_t readable = happened & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP);
    events[index].events =
        (readable ? CEPOLL_READABLE : 0) | (happened & EPOLLOUT ? CEPOLL_WRITABLE : 0);
    events[index].tag = (uint32_t)ready[index].data.u64;
  }
  return count;
}
