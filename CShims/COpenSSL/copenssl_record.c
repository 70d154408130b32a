// TLS 1.2 and 1.3 records on EVP AEADs whose contexts are made once: OpenSSL's own record layer
// allocates in every SSL_read and SSL_write (WPACKET) and costs 400 ns a record more.
#include "copenssl_nonce.h"
#include "copenssl_record.h"

#include <openssl/crypto.h>
#include <string.h>

#include "copenssl_tls.h"

enum {
  content_change_cipher = 20,
  content_alert = 21,
  content_handshake = 22,
  content_data = 23,

  handshake_hello_request = 0,
  handshake_new_session_ticket = 4,
  handshake_key_update = 24,
  ticket_bytes_max = 128 * 1024,

  alert_close_notify = 0,
  alert_unexpected_message = 10,
  alert_bad_record_mac = 20,
  alert_record_overflow = 22,
  alert_decode_error = 50,
  alert_internal_error = 80,
  alert_user_canceled = 90,
  alert_no_renegotiation = 100,
  level_warning = 1,
  level_fatal = 2,
};

// A sender renews its key well before 2^24.5 records (RFC 8446 §5.5).
static const uint64_t records_per_key = 1u << 23;

// ---- one record ----

// Decrypts a whole record into `out`: plaintext bytes (the inner type and padding of 1.3 included),
// or -1.
static int64_t open_record(struct record_layer *self, const uint8_t *record, size_t body,
                           uint8_t *out) {
  struct record_keys *keys = &self->receive;
  const uint8_t *sealed = record + record_header_bytes;
  uint8_t nonce[12], aad_bytes[13];
  const uint8_t *aad = record;
  int aad_count = record_header_bytes, length = 0, rest = 0;
  size_t skip = self->explicit_nonce ? 8 : 0;
  size_t count = body - skip - record_tag_bytes;
  if (self->explicit_nonce) {
    memcpy(nonce, keys->iv, 4);
    memcpy(nonce + 4, sealed, 8);
  } else {
    nonce_of(keys, nonce);
  }
  if (!self->is_13) {
    aad_12(aad_bytes, keys->sequence, record[0], count);
    aad = aad_bytes;
    aad_count = sizeof aad_bytes;
  }
  EVP_CIPHER_CTX *cipher = keys->cipher;
  if (EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, 0) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, record_tag_bytes,
                          (void *)(sealed + skip + count)) != 1 ||
      EVP_DecryptUpdate(cipher, NULL, &length, aad, aad_count) != 1 ||
      (count > 0 && EVP_DecryptUpdate(cipher, out, &length, sealed + skip, (int)count) != 1) ||
      EVP_DecryptFinal_ex(cipher, out + count, &rest) != 1)
    return -1;
  keys->sequence++;
  return (int64_t)count;
}

// Appends one record to the output: 1, or 0 without room or on failure.
static int seal_record(struct record_layer *self, uint8_t type, const uint8_t *bytes,
                       size_t count) {
  struct record_keys *keys = &self->send;
  size_t skip = self->explicit_nonce ? 8 : 0;
  size_t body = skip + count + (self->is_13 ? 1 : 0) + record_tag_bytes;
  if (record_header_bytes + body > self->output_capacity - self->output_count) return 0;
  uint8_t *record = self->output + self->output_count;
  uint8_t nonce[12], aad_bytes[13];
  const uint8_t *aad = record;
  int aad_count = record_header_bytes, length = 0;
  record[0] = self->is_13 ? content_data : type;
  record[1] = record[2] = 3;
  record[3] = (uint8_t)(body >> 8);
  record[4] = (uint8_t)body;
  uint8_t *sealed = record + record_header_bytes + skip;
  if (self->explicit_nonce) {
    put_64(record + record_header_bytes, keys->sequence);
    memcpy(nonce, keys->iv, 4);
    memcpy(nonce + 4, record + record_header_bytes, 8);
  } else {
    nonce_of(keys, nonce);
  }
  if (!self->is_13) {
    aad_12(aad_bytes, keys->sequence, type, count);
    aad = aad_bytes;
    aad_count = sizeof aad_bytes;
  }
  EVP_CIPHER_CTX *cipher = keys->cipher;
  if (EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, 1) != 1 ||
      EVP_EncryptUpdate(cipher, NULL, &length, aad, aad_count) != 1 ||
      (count > 0 && EVP_EncryptUpdate(cipher, sealed, &length, bytes, (int)count) != 1))
    return 0;
  sealed += count;
  if (self->is_13) {
    if (EVP_EncryptUpdate(cipher, sealed, &length, &type, 1) != 1) return 0;
    sealed++;
  }
  if (EVP_EncryptFinal_ex(cipher, sealed, &length) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, record_tag_bytes, sealed) != 1)
    return 0;
  keys->sequence++;
  self->output_count += record_header_bytes + body;
  return 1;
}

void record_alert(struct record_layer *self, uint8_t level, uint8_t description) {
  uint8_t alert[2] = {level, description};
  seal_record(self, content_alert, alert, sizeof alert);
}

static int64_t fail(struct record_layer *self, uint8_t description) {
  if (!self->failed) record_alert(self, level_fatal, description);
  self->failed = 1;
  return COPENSSL_FAILED;
}

// ---- what is not data ----

// 0 to go on, or a code.
static int64_t take_alert(struct record_layer *self, const uint8_t *bytes, size_t count) {
  if (count != 2) return fail(self, alert_decode_error);
  if (bytes[1] == alert_close_notify) {
    self->closed = 1;
    return COPENSSL_CLOSED;
  }
  // In 1.3 all others but user_canceled are errors whatever their level says (RFC 8446 §6).
  if (bytes[1] == alert_user_canceled || (!self->is_13 && bytes[0] == level_warning)) return 0;
  self->failed = 1;
  return COPENSSL_FAILED;
}

static int64_t take_handshake(struct record_layer *self, const uint8_t *bytes, size_t count) {
  if (count == 0) return fail(self, alert_unexpected_message);
  while (count > 0) {
    if (self->message_skip > 0) {
      size_t taken = self->message_skip < count ? self->message_skip : count;
      self->message_skip -= taken;
      bytes += taken;
      count -= taken;
      continue;
    }
    self->message[self->message_have++] = *bytes++;
    count--;
    if (self->message_have < sizeof self->message) continue;
    self->message_have = 0;
    size_t length =
        (size_t)self->message[1] << 16 | (size_t)self->message[2] << 8 | self->message[3];
    uint8_t type = self->message[0];
    if (!self->is_13) {
      // Renegotiation is declined (RFC 5246 §7.2.2) and anything else unheard of.
      if (type != handshake_hello_request || length != 0)
        return fail(self, alert_unexpected_message);
      record_alert(self, level_warning, alert_no_renegotiation);
    } else if (type == handshake_new_session_ticket) {
      if (length > ticket_bytes_max) return fail(self, alert_decode_error);
      self->message_skip = length;
    } else if (type == handshake_key_update) {
      // The last message of its record (RFC 8446 §5.1); ours always come in one piece.
      if (length != 1 || count != 1 || *bytes > 1) return fail(self, alert_decode_error);
      if (*bytes == 1) self->update_owed = 1;
      if (!record_update_keys(self, &self->receive, 0)) return fail(self, alert_internal_error);
      return 0;
    } else {
      return fail(self, alert_unexpected_message);
    }
  }
  return 0;
}

// ---- the two streams ----

// The next whole record, in the input when it lies there whole: 1, 0 when more is needed, or a
// code.
static int64_t next_record(struct record_layer *self, const uint8_t **record, size_t *body) {
  for (;;) {
    const uint8_t *header = self->partial_have > 0 ? self->partial : self->input;
    size_t have = self->partial_have > 0 ? self->partial_have : self->input_left;
    size_t wanted = record_header_bytes;
    if (have >= record_header_bytes) {
      *body = (size_t)header[3] << 8 | header[4];
      size_t least = record_tag_bytes + (self->is_13 ? 1 : 0) + (self->explicit_nonce ? 8 : 0);
      // 1.3 hides every type behind data; versions are frozen at 3,3 (RFC 8446 §5.1).
      int known = self->is_13 ? header[0] == content_data
                              : header[0] >= content_alert && header[0] <= content_data;
      if (!known) return fail(self, alert_unexpected_message);
      if (header[1] != 3 || header[2] != 3) return fail(self, alert_decode_error);
      if (*body > record_body_max) return fail(self, alert_record_overflow);
      if (*body < least) return fail(self, alert_bad_record_mac);
      wanted += *body;
      if (have >= wanted) {
        *record = header;
        if (self->partial_have > 0) {
          self->partial_have = 0;
        } else {
          self->input += wanted;
          self->input_left -= wanted;
        }
        return 1;
      }
    }
    if (self->input_left == 0) return 0;
    // Collect: at most up to the end of what is known of this record.
    size_t taken = wanted - self->partial_have;
    if (taken > self->input_left) taken = self->input_left;
    memcpy(self->partial + self->partial_have, self->input, taken);
    self->partial_have += taken;
    self->input += taken;
    self->input_left -= taken;
  }
}

int64_t record_read(struct record_layer *self, uint8_t *bytes, size_t capacity) {
  if (self->plain_start < self->plain_end) {
    size_t taken = self->plain_end - self->plain_start;
    if (taken > capacity) taken = capacity;
    memcpy(bytes, self->plain + self->plain_start, taken);
    self->plain_start += taken;
    return (int64_t)taken;
  }
  if (self->failed) return COPENSSL_FAILED;
  for (;;) {
    if (self->closed) return COPENSSL_CLOSED;
    const uint8_t *record;
    size_t body;
    int64_t status = next_record(self, &record, &body);
    if (status != 1) return status == 0 ? COPENSSL_WANTS_INPUT : status;
    // Straight to the caller when it fits, inner type and padding included.
    uint8_t *out = capacity >= body ? bytes : self->plain;
    int64_t opened = open_record(self, record, body, out);
    if (opened < 0) return fail(self, alert_bad_record_mac);
    size_t count = (size_t)opened;
    uint8_t type = record[0];
    if (self->is_13) {
      while (count > 0 && out[count - 1] == 0) count--;
      if (count == 0) return fail(self, alert_unexpected_message);
      type = out[--count];
    }
    if (count > record_plain_max) return fail(self, alert_record_overflow);
    if (type == content_data) {
      if (self->message_have > 0 || self->message_skip > 0)
        return fail(self, alert_unexpected_message);
      if (count == 0) continue;
      if (out == bytes) return (int64_t)count;
      self->plain_start = 0;
      self->plain_end = count;
      return record_read(self, bytes, capacity);
    }
    status = type == content_alert       ? take_alert(self, out, count)
             : type == content_handshake ? take_handshake(self, out, count)
                                         : fail(self, alert_unexpected_message);
    if (status != 0) return status;
  }
}

// Tells the peer that our next record comes under the next key (RFC 8446 §4.6.3), and takes that
// key.
static int renew(struct record_layer *self) {
  static const uint8_t message[5] = {handshake_key_update, 0, 0, 1, 0};
  if (!seal_record(self, content_handshake, message, sizeof message)) return 0;
  self->update_owed = 0;
  return record_update_keys(self, &self->send, 1);
}

int64_t record_write(struct record_layer *self, const uint8_t *bytes, size_t count) {
  if (self->failed) return COPENSSL_FAILED;
  size_t left = count;
  while (left > 0) {
    if (self->is_13 && (self->update_owed || self->send.sequence >= records_per_key) &&
        !renew(self)) {
      self->failed = 1;
      return COPENSSL_FAILED;
    }
    size_t piece = left < record_plain_max ? left : record_plain_max;
    if (!seal_record(self, content_data, bytes, piece)) return COPENSSL_NO_ROOM;
    bytes += piece;
    left -= piece;
  }
  return (int64_t)count;
}
