#define _GNU_SOURCE
#include "CDialing.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int cdial_wait(int descriptor, int writable, int cancel, int64_t nanoseconds) {
  struct pollfd watched[2] = {{.fd = descriptor, .events = writable ? POLLOUT : POLLIN},
                              {.fd = cancel, .events = POLLIN}};
  int64_t deadline = now() + nanoseconds;
  for (;;) {
    int64_t left = deadline - now();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int ready = ppoll(watched, 2, &timeout, NULL);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return -errno;
    if (ready == 0) return 0;
    if (cancel >= 0 && watched[1].revents) return -ECANCELED;
    return 1;
  }
}

int cdial_wait_any(const int *descriptors, int count, int cancel, int64_t nanoseconds) {
  struct pollfd watched[CDIAL_ADDRESSES_MAX + 1];
  if (count < 0 || count > CDIAL_ADDRESSES_MAX) return -EINVAL;
  for (int i = 0; i < count; i++)
    watched[i] = (struct pollfd){.fd = descriptors[i], .events = POLLOUT};
  watched[count] = (struct pollfd){.fd = cancel, .events = POLLIN};
  int64_t deadline = now() + nanoseconds;
  for (;;) {
    int64_t left = deadline - now();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int ready = ppoll(watched, (nfds_t)count + 1, &timeout, NULL);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return -errno;
    if (ready == 0) return 0;
    if (cancel >= 0 && watched[count].revents) return -ECANCELED;
    for (int i = 0; i < count; i++)
      if (watched[i].revents) return i + 1;
  }
}

struct resolution {
  atomic_int holders;  // the caller and the thread; the last one frees
  int done;            // eventfd, raised by the thread
  int status;          // written before `done` is raised
  struct addrinfo *list;
  char host[256];
  char port[8];
};

static void let_go(struct resolution *self) {
  if (atomic_fetch_sub_explicit(&self->holders, 1, memory_order_acq_rel) != 1) return;
  if (self->list) freeaddrinfo(self->list);
  close(self->done);
  free(self);
}

static void *resolve(void *argument) {
  struct resolution *self = argument;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG};
  self->status = getaddrinfo(self->host, self->port, &hints, &self->list);
  cdial_raise(self->done);
  let_go(self);
  return NULL;
}

static int is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET)
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
  const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

static int collect(const struct addrinfo *list, struct cdial_address *addresses) {
  int count = 0;
  for (const struct addrinfo *one = list; one && count < CDIAL_ADDRESSES_MAX; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    memset(addresses[count].bytes, 0, sizeof addresses[count].bytes);
    memcpy(addresses[count].bytes, one->ai_addr, one->ai_addrlen);
    addresses[count].length = one->ai_addrlen;
    addresses[count].six = one->ai_family == AF_INET6;
    addresses[count].loopback = (uint32_t)is_loopback(one->ai_addr);
    count++;
  }
  return count > 0 ? count : -1000 + EAI_NONAME;
}

int cdial_resolve(const char *host, uint16_t port, struct cdial_address *addresses, int cancel,
                  int64_t nanoseconds) {
  struct resolution *self = calloc(1, sizeof *self);
  if (!self) return -1000 + EAI_MEMORY;
  if (strlen(host) >= sizeof self->host) {
    free(self);
    return -1000 + EAI_NONAME;
  }
  strcpy(self->host, host);
  snprintf(self->port, sizeof self->port, "%u", port);
  // An address in digits needs no thread.
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST};
  if (getaddrinfo(self->host, self->port, &hints, &self->list) == 0) {
    int count = collect(self->list, addresses);
    freeaddrinfo(self->list);
    free(self);
    return count;
  }
  self->list = NULL;
  self->done = cdial_event();
  atomic_store(&self->holders, 2);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int started = self->done >= 0 ? pthread_create(&thread, &attributes, resolve, self) : -1;
  pthread_attr_destroy(&attributes);
  if (started != 0) {
    if (self->done >= 0) close(self->done);
    free(self);
    return -1000 + EAI_MEMORY;
  }
  int status = cdial_wait(self->done, 0, cancel, nanoseconds);
  if (status == 1) {
    status = self->status == 0 ? collect(self->list, addresses) : -1000 + self->status;
  } else if (status < 0 && status != -ECANCELED) {
    status = -1000 + EAI_SYSTEM;
  }
  let_go(self);
  return status;
}

const char *cdial_resolve_failure(int status) { return gai_strerror(status + 1000); }

int cdial_connect(const struct cdial_address *address) {
  const struct sockaddr *target = (const struct sockaddr *)address->bytes;
  int descriptor = socket(target->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(descriptor, target, address->length) < 0 && errno != EINPROGRESS && errno != EINTR) {
    int failure = errno;
    close(descriptor);
    return -failure;
  }
  return descriptor;
}

int cdial_connected(int descriptor) {
  int failure = 0;
  socklen_t size = sizeof failure;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) < 0) return -errno;
  return -failure;
}

void cdial_describe(const struct cdial_address *address, char *text, size_t capacity) {
  const struct sockaddr *target = (const struct sockaddr *)address->bytes;
  char host[64], port[8];
  if (getnameinfo(target, address->length, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    snprintf(text, capacity, "?");
  else
    snprintf(text, capacity, target->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

int cdial_event(void) {
  int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

void cdial_raise(int event) {
  uint64_t one = 1;
  ssize_t ignored = write(event, &one, sizeof one);
  (void)ignored;
}

const char *cdial_error_text(int error_number) {
  const char *text = strerrordesc_np(error_number);
  return text ? text : "unknown error";
}
