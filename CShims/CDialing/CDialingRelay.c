#define _GNU_SOURCE
#include "CDialing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int cdial_listen(uint16_t *port) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(descriptor, (struct sockaddr *)&address, size) < 0 || listen(descriptor, 64) < 0 ||
      getsockname(descriptor, (struct sockaddr *)&address, &size) < 0) {
    int failure = errno;
    close(descriptor);
    return -failure;
  }
  *port = ntohs(address.sin_port);
  return descriptor;
}

int cdial_accept(int listener) {
  int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return -errno;
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

enum { PIECE = 32 * 1024, GRACE_MILLISECONDS = 30000 };

// One direction: what was read from `from` and is not yet written to `to`.
struct way {
  int from, to;
  int ended;  // `from` said that it sends no more
  int closed; // and `to` was told
  size_t begin, end;
  char bytes[PIECE];
};

// False: the connection is broken.
static int advance(struct way *way) {
  if (way->begin == way->end && !way->ended) {
    ssize_t got = recv(way->from, way->bytes, PIECE, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) way->ended = 1;
    way->begin = 0;
    way->end = (size_t)got;
  }
  while (way->begin < way->end) {
    ssize_t sent = send(way->to, way->bytes + way->begin, way->end - way->begin, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    way->begin += (size_t)sent;
  }
  if (way->ended && !way->closed) {
    shutdown(way->to, SHUT_WR);
    way->closed = 1;
  }
  return 1;
}

void cdial_relay(int near, int far, int cancel) {
  struct way *ways = calloc(2, sizeof *ways);
  if (!ways) return;
  ways[0].from = ways[1].to = near;
  ways[1].from = ways[0].to = far;
  while (!(ways[0].closed && ways[1].closed)) {
    struct pollfd watched[3] = {{.fd = near}, {.fd = far}, {.fd = cancel, .events = POLLIN}};
    for (int i = 0; i < 2; i++) {
      if (ways[i].begin < ways[i].end)
        watched[1 - i].events |= POLLOUT;
      else if (!ways[i].ended)
        watched[i].events |= POLLIN;
    }
    // Where nothing is waited for a hang-up would spin.
    for (int i = 0; i < 2; i++)
      if (!watched[i].events) watched[i].fd = -1;
    // Who hung up is answered, but not for ever.
    int limit = ways[0].closed || ways[1].closed ? GRACE_MILLISECONDS : -1;
    int ready = poll(watched, 3, limit);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || watched[2].revents) break;
    if (!advance(&ways[0]) || !advance(&ways[1])) break;
  }
  free(ways);
}
