// The TLS record layer after the handshake, over EVP alone; private to this shim.
#pragma once
#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

enum {
  record_header_bytes = 5,
  record_plain_max = 16384,           // RFC 8446 §5.1
  record_body_max = 16384 + 256,      // §5.2; AEAD suites of TLS 1.2 stay below it too
  record_tag_bytes = 16,
};

// One direction's keys.
struct record_keys {
  EVP_CIPHER_CTX *cipher;
  uint64_t sequence;
  uint8_t iv[12];          // TLS 1.2 GCM: only the first 4, the salt
  uint8_t secret[48];      // TLS 1.3: the traffic secret, for key updates
};

struct record_layer {
  struct record_keys receive, send;
  const EVP_CIPHER *cipher;
  const EVP_MD *digest;
  int is_13;
  int explicit_nonce;      // TLS 1.2 GCM carries 8 nonce bytes in each record
  int closed, failed;
  int update_owed;         // the peer asked for a key update: before our next data

  const uint8_t *input;
  size_t input_left;
  uint8_t *output;
  size_t output_capacity, output_count;

  // Post-handshake messages may be cut anywhere.
  uint8_t message[4];
  size_t message_have, message_skip;

  // Plaintext that did not fit the caller's buffer.
  size_t plain_start, plain_end;
  size_t partial_have;
  uint8_t partial[record_header_bytes + record_body_max];
  uint8_t plain[record_body_max];
};

// Installs keys from the two traffic secrets (`digest` length each): 1, or 0.
int record_start_13(struct record_layer *self, const uint8_t *receive, const uint8_t *send);
// Installs keys from the master secret and the hellos' randoms; one record each way has passed.
int record_start_12(struct record_layer *self, const uint8_t *master, size_t master_bytes,
                    const uint8_t *client_random, const uint8_t *server_random);
// The next traffic secret of one direction, and its keys: 1, or 0.
int record_update_keys(struct record_layer *self, struct record_keys *keys, int sending);
int64_t record_read(struct record_layer *self, uint8_t *bytes, size_t capacity);
int64_t record_write(struct record_layer *self, const uint8_t *bytes, size_t count);
// Appends an alert (RFC 8446 §6) when there is room for it.
void record_alert(struct record_layer *self, uint8_t level, uint8_t description);
void record_clear(struct record_layer *self);
