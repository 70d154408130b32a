// Where the record layer's keys come from: traffic secrets of TLS 1.3, TLS 1.2's master secret.
#include "copenssl_record.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <string.h>

// HKDF-Expand-Label (RFC 8446 §7.1) for outputs of at most one hash.
static int expand_label(const EVP_MD *digest, const uint8_t *secret, const char *label,
                        uint8_t *out, size_t count) {
  uint8_t info[40], block[EVP_MAX_MD_SIZE];
  size_t used = 0, label_bytes = strlen(label);
  info[used++] = 0;
  info[used++] = (uint8_t)count;
  info[used++] = (uint8_t)(6 + label_bytes);
  memcpy(info + used, "tls13 ", 6);
  used += 6;
  memcpy(info + used, label, label_bytes);
  used += label_bytes;
  info[used++] = 0;
  info[used++] = 1;
  unsigned size = 0;
  int done = HMAC(digest, secret, EVP_MD_get_size(digest), info, used, block, &size) != NULL &&
             count <= size;
  if (done) memcpy(out, block, count);
  OPENSSL_cleanse(block, sizeof block);
  return done;
}

static int set_key(struct record_layer *self, struct record_keys *keys, const uint8_t *key,
                   int sending) {
  if (!keys->cipher) keys->cipher = EVP_CIPHER_CTX_new();
  return keys->cipher &&
         EVP_CipherInit_ex(keys->cipher, self->cipher, NULL, key, NULL, sending) == 1;
}

// Keys from keys->secret; the sequence begins again.
static int install_13(struct record_layer *self, struct record_keys *keys, int sending) {
  uint8_t key[32];
  int done = expand_label(self->digest, keys->secret, "key", key,
                          (size_t)EVP_CIPHER_get_key_length(self->cipher)) &&
             expand_label(self->digest, keys->secret, "iv", keys->iv, sizeof keys->iv) &&
             set_key(self, keys, key, sending);
  OPENSSL_cleanse(key, sizeof key);
  keys->sequence = 0;
  return done;
}

int record_update_keys(struct record_layer *self, struct record_keys *keys, int sending) {
  uint8_t next[48];
  size_t count = (size_t)EVP_MD_get_size(self->digest);
  int done = expand_label(self->digest, keys->secret, "traffic upd", next, count);
  if (done) memcpy(keys->secret, next, count);
  OPENSSL_cleanse(next, sizeof next);
  return done && install_13(self, keys, sending);
}

int record_start_13(struct record_layer *self, const uint8_t *receive, const uint8_t *send) {
  size_t count = (size_t)EVP_MD_get_size(self->digest);
  if (count > sizeof self->send.secret) return 0;
  self->is_13 = 1;
  memcpy(self->receive.secret, receive, count);
  memcpy(self->send.secret, send, count);
  return install_13(self, &self->receive, 0) && install_13(self, &self->send, 1);
}

int record_start_12(struct record_layer *self, const uint8_t *master, size_t master_bytes,
                    const uint8_t *client_random, const uint8_t *server_random) {
  static const char label[] = "key expansion";
  uint8_t seed[sizeof label - 1 + 64], block[2 * 32 + 2 * 12];
  memcpy(seed, label, sizeof label - 1);
  memcpy(seed + sizeof label - 1, server_random, 32);
  memcpy(seed + sizeof label - 1 + 32, client_random, 32);
  size_t key = (size_t)EVP_CIPHER_get_key_length(self->cipher);
  size_t iv = self->explicit_nonce ? 4 : 12;
  EVP_KDF *function = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
  EVP_KDF_CTX *context = function ? EVP_KDF_CTX_new(function) : NULL;
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       (char *)EVP_MD_get0_name(self->digest), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)master, master_bytes),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
      OSSL_PARAM_construct_end(),
  };
  int done = context && EVP_KDF_derive(context, block, 2 * key + 2 * iv, parameters) == 1;
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(function);
  if (done) {
    memcpy(self->send.iv, block + 2 * key, iv);
    memcpy(self->receive.iv, block + 2 * key + iv, iv);
    done = set_key(self, &self->send, block, 1) && set_key(self, &self->receive, block + key, 0);
  }
  OPENSSL_cleanse(block, sizeof block);
  // Each side's Finished was record 0 under these keys.
  self->receive.sequence = self->send.sequence = 1;
  return done;
}

void record_clear(struct record_layer *self) {
  EVP_CIPHER_CTX_free(self->receive.cipher);
  EVP_CIPHER_CTX_free(self->send.cipher);
  OPENSSL_cleanse(self, sizeof *self);
}
