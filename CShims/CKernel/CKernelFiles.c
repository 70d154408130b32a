// Files and folders: opening without following links, sizes, owners, durability.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CKernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int32_t ck_open(const char *path, int32_t flags, uint32_t mode) {
  int wanted = O_CLOEXEC | O_NOFOLLOW | ((flags & 1) ? O_RDWR : O_RDONLY);
  if (flags & 2) wanted |= O_CREAT;
  if (flags & 4) wanted |= O_EXCL;
  if (flags & 8) wanted |= O_TRUNC;
  for (;;) {
    int descriptor = open(path, wanted, (mode_t)mode);
    if (descriptor >= 0) return descriptor;
    if (errno != EINTR) return -errno;
  }
}

int32_t ck_close(int32_t descriptor) { return close(descriptor) == 0 ? 0 : -errno; }

int32_t ck_resize(int32_t descriptor, int64_t byte_count) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -errno;
  if (ftruncate(descriptor, byte_count) != 0) return -errno;
  if (byte_count <= status.st_size) return 0;
  int error = posix_fallocate(descriptor, 0, byte_count);
  return error == EOPNOTSUPP || error == EINVAL ? 0 : -error;
}

int32_t ck_set_mode(int32_t descriptor, uint32_t mode) {
  return fchmod(descriptor, (mode_t)mode) == 0 ? 0 : -errno;
}

static void copy_status(
  const struct stat *status, int64_t *byte_count, uint64_t *device, uint64_t *inode,
  uint32_t *owner, uint32_t *mode) {
  *byte_count = status->st_size;
  *device = status->st_dev;
  *inode = status->st_ino;
  *owner = status->st_uid;
  *mode = status->st_mode;
}

int32_t ck_file_status(
  int32_t descriptor, int64_t *byte_count, uint64_t *device, uint64_t *inode, uint32_t *owner,
  uint32_t *mode) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -errno;
  copy_status(&status, byte_count, device, inode, owner, mode);
  return 0;
}

int32_t ck_path_status(
  const char *path, int64_t *byte_count, uint64_t *device, uint64_t *inode, uint32_t *owner,
  uint32_t *mode) {
  struct stat status;
  if (lstat(path, &status) != 0) return -errno;
  copy_status(&status, byte_count, device, inode, owner, mode);
  return 0;
}

int32_t ck_rename(const char *from, const char *to) { return rename(from, to) == 0 ? 0 : -errno; }
int32_t ck_unlink(const char *path) { return unlink(path) == 0 ? 0 : -errno; }
int32_t ck_sync(int32_t descriptor) { return fsync(descriptor) == 0 ? 0 : -errno; }

int32_t ck_sync_folder(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int32_t result = fsync(descriptor) == 0 ? 0 : -errno;
  close(descriptor);
  return result;
}
