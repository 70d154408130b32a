// One-shot digests over libcrypto; see the header.
#include "copenssl_digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static int digest_once(const EVP_MD *kind, const void *bytes, size_t count, uint8_t *digest) {
  return EVP_Digest(bytes, count, digest, NULL, kind, NULL) == 1;
}

int copenssl_sha1(const void *bytes, size_t count, uint8_t *digest) {
  return digest_once(EVP_sha1(), bytes, count, digest);
}

int copenssl_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count,
                         uint8_t *digest) {
  if (key_count > INT_MAX) return 0;
  // A NULL key means "reuse the last one" to HMAC(); an empty key is a real one.
  const void *key_or_empty = key_count == 0 ? "" : key;
  unsigned int written = 32;
  return HMAC(EVP_sha256(), key_or_empty, (int)key_count, bytes, count, digest, &written) != NULL;
}

size_t copenssl_base64(const void *bytes, size_t count, uint8_t *text) {
  if (count > INT_MAX / 2) return 0;
  int written = EVP_EncodeBlock(text, bytes, (int)count);
  return written < 0 ? 0 : (size_t)written;
}
