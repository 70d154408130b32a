// A TLS session: OpenSSL verifies and shakes hands, then the record layer goes on with the keys.
#include "copenssl_tls.h"

#include "copenssl_bio.h"
#include "copenssl_record.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct copenssl_context {
  SSL_CTX *ssl;
};

// OpenSSL makes the handshake; then its session is freed and the record layer goes on with the
// keys.
struct copenssl_tls {
  struct record_layer records;
  SSL *ssl;  // until the handshake is complete
  const char *version;
  const char *cipher;
  int has_secrets;  // bit 0: receive, bit 1: send
  uint8_t receive_secret[48], send_secret[48];
};

// ---- keys ----

static int digit(char letter) {
  return letter >= '0' && letter <= '9' ? letter - '0'
         : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
         : letter >= 'A' && letter <= 'F' ? letter - 'A' + 10
                                          : -1;
}

static int take_hex(const char *text, uint8_t secret[48]) {
  size_t count = 0;
  while (count < 48 && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
    secret[count++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
    text += 2;
  }
  return (count == 32 || count == 48) && *text == 0;
}

// OpenSSL gives the traffic secrets of TLS 1.3 in no other way: "LABEL client_random secret", in
// hex.
static void take_secret(const SSL *ssl, const char *line) {
  struct copenssl_tls *tls = SSL_get_app_data(ssl);
  const char *secret = strrchr(line, ' ');
  if (!tls || !secret) return;
  if (strncmp(line, "SERVER_TRAFFIC_SECRET_0 ", 24) == 0) {
    tls->has_secrets |= take_hex(secret + 1, tls->receive_secret) ? 1 : 0;
  } else if (strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24) == 0) {
    tls->has_secrets |= take_hex(secret + 1, tls->send_secret) ? 2 : 0;
  }
}

// Moves from OpenSSL's session to our record layer. 1, or 0 when the session is of a kind never
// offered.
static int take_over(struct copenssl_tls *tls) {
  const SSL_CIPHER *suite = SSL_get_current_cipher(tls->ssl);
  if (!suite || SSL_has_pending(tls->ssl) || SSL_session_reused(tls->ssl)) return 0;
  struct record_layer *records = &tls->records;
  records->digest = SSL_CIPHER_get_handshake_digest(suite);
  int is_gcm = 1;
  switch (SSL_CIPHER_get_cipher_nid(suite)) {
    case NID_aes_128_gcm: records->cipher = EVP_aes_128_gcm(); break;
    case NID_aes_256_gcm: records->cipher = EVP_aes_256_gcm(); break;
    case NID_chacha20_poly1305: records->cipher = EVP_chacha20_poly1305(); is_gcm = 0; break;
    default: return 0;
  }
  tls->version = SSL_get_version(tls->ssl);
  tls->cipher = SSL_CIPHER_get_name(suite);
  int done = 0;
  if (SSL_version(tls->ssl) == TLS1_3_VERSION) {
    done = tls->has_secrets == 3 &&
           record_start_13(records, tls->receive_secret, tls->send_secret);
  } else if (SSL_version(tls->ssl) == TLS1_2_VERSION) {
    uint8_t master[48], client[32], server[32];
    size_t count = SSL_SESSION_get_master_key(SSL_get_session(tls->ssl), master, sizeof master);
    records->explicit_nonce = is_gcm;
    done = SSL_get_client_random(tls->ssl, client, 32) == 32 &&
           SSL_get_server_random(tls->ssl, server, 32) == 32 &&
           record_start_12(records, master, count, client, server);
    OPENSSL_cleanse(master, sizeof master);
  }
  OPENSSL_cleanse(tls->receive_secret, sizeof tls->receive_secret);
  OPENSSL_cleanse(tls->send_secret, sizeof tls->send_secret);
  if (done) {
    SSL_free(tls->ssl);
    tls->ssl = NULL;
  }
  return done;
}

// ---- settings ----

static void describe(char *failure, size_t capacity, const char *what) {
  unsigned long code = ERR_peek_last_error();
  const char *reason = code ? ERR_reason_error_string(code) : NULL;
  snprintf(failure, capacity, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
  ERR_clear_error();
}

struct copenssl_context *copenssl_context_create(const char *ca_file, char *failure,
                                                 size_t capacity) {
  if (capacity) failure[0] = 0;
  struct copenssl_context *context = calloc(1, sizeof *context);
  SSL_CTX *ssl = context && copenssl_bio_method() ? SSL_CTX_new(TLS_client_method()) : NULL;
  if (!ssl) {
    describe(failure, capacity, "no TLS context");
    free(context);
    return NULL;
  }
  context->ssl = ssl;
  static const unsigned char protocols[] = "\x08http/1.1";
  // AEAD suites alone: what the record layer speaks, and the strongest ones anyway.
  const char *ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";
  int set = SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) &&
            SSL_CTX_set_cipher_list(ssl, ciphers) &&
            SSL_CTX_set_ciphersuites(
                ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                     "TLS_CHACHA20_POLY1305_SHA256") &&
            SSL_CTX_set_alpn_protos(ssl, protocols, sizeof protocols - 1) == 0;
  SSL_CTX_set_security_level(ssl, 2);
  // No session is kept: tickets are skipped by the record layer.
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  // Off, so that nothing behind the handshake is taken from the input.
  SSL_CTX_set_read_ahead(ssl, 0);
  SSL_CTX_set_keylog_callback(ssl, take_secret);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
  int trusted = ca_file ? SSL_CTX_load_verify_file(ssl, ca_file) == 1
                        : SSL_CTX_set_default_verify_paths(ssl) == 1;
  if (!set || !trusted) {
    describe(failure, capacity, !set ? "TLS settings refused" : "cannot read trusted authorities");
    copenssl_context_free(context);
    return NULL;
  }
  ERR_clear_error();
  return context;
}

void copenssl_context_free(struct copenssl_context *context) {
  if (!context) return;
  SSL_CTX_free(context->ssl);
  free(context);
}

// ---- sessions ----

struct copenssl_tls *copenssl_tls_create(struct copenssl_context *context, const char *host,
                                         int is_address) {
  struct copenssl_tls *tls = malloc(sizeof *tls);
  if (!tls) return NULL;
  // Not calloc: every page is touched now, on the dialler's thread, not by the first record.
  OPENSSL_cleanse(tls, sizeof *tls);
  SSL *ssl = SSL_new(context->ssl);
  BIO *bio = ssl ? BIO_new(copenssl_bio_method()) : NULL;
  if (!bio) {
    SSL_free(ssl);
    free(tls);
    ERR_clear_error();
    return NULL;
  }
  tls->ssl = ssl;
  BIO_set_data(bio, &tls->records);
  SSL_set_app_data(ssl, tls);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_connect_state(ssl);
  X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  int named = is_address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host)
                         : X509_VERIFY_PARAM_set1_host(parameters, host, 0) &&
                               SSL_set_tlsext_host_name(ssl, host);
  if (!named) {
    copenssl_tls_free(tls);
    ERR_clear_error();
    return NULL;
  }
  return tls;
}

void copenssl_tls_free(struct copenssl_tls *tls) {
  if (!tls) return;
  SSL_free(tls->ssl);
  record_clear(&tls->records);
  OPENSSL_cleanse(tls, sizeof *tls);
  free(tls);
}

void copenssl_tls_output(struct copenssl_tls *tls, void *bytes, size_t capacity) {
  tls->records.output = bytes;
  tls->records.output_capacity = capacity;
  tls->records.output_count = 0;
}

size_t copenssl_tls_output_count(const struct copenssl_tls *tls) {
  return tls->records.output_count;
}

void copenssl_tls_input(struct copenssl_tls *tls, const void *bytes, size_t count) {
  tls->records.input = bytes;
  tls->records.input_left = count;
}

size_t copenssl_tls_unread(const struct copenssl_tls *tls) {
  return tls->records.input_left + (tls->records.plain_end - tls->records.plain_start);
}

int copenssl_tls_handshake(struct copenssl_tls *tls) {
  if (!tls->ssl) return 1;
  ERR_clear_error();
  int result = SSL_do_handshake(tls->ssl);
  if (result == 1) return take_over(tls) ? 1 : COPENSSL_FAILED;
  switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ: return COPENSSL_WANTS_INPUT;
    case SSL_ERROR_WANT_WRITE: return COPENSSL_NO_ROOM;
    case SSL_ERROR_ZERO_RETURN: return COPENSSL_CLOSED;
    default: return COPENSSL_FAILED;
  }
}

int64_t copenssl_tls_read(struct copenssl_tls *tls, void *bytes, size_t capacity) {
  return tls->ssl ? COPENSSL_FAILED : record_read(&tls->records, bytes, capacity);
}

int64_t copenssl_tls_write(struct copenssl_tls *tls, const void *bytes, size_t count) {
  return tls->ssl ? COPENSSL_FAILED : record_write(&tls->records, bytes, count);
}

size_t copenssl_tls_sealed_max(size_t count) {
  // Header 5, explicit nonce 8, tag 16, inner type 1 a record; 512 for a key update or an alert.
  return count + (count / record_plain_max + 1) * 32 + 512;
}

void copenssl_tls_close(struct copenssl_tls *tls) {
  if (!tls->ssl && !tls->records.failed) record_alert(&tls->records, 1, 0);
}

void copenssl_thread_prepare(void) { ERR_clear_error(); }

int copenssl_tls_failure(struct copenssl_tls *tls, char *reason, size_t capacity) {
  long verified = tls->ssl ? SSL_get_verify_result(tls->ssl) : X509_V_OK;
  if (verified != X509_V_OK) {
    snprintf(reason, capacity, "%s", X509_verify_cert_error_string(verified));
    ERR_clear_error();
    return 1;
  }
  describe(reason, capacity, "TLS");
  return 0;
}

const char *copenssl_tls_version(const struct copenssl_tls *tls) {
  return tls->version ? tls->version : "";
}

const char *copenssl_tls_cipher(const struct copenssl_tls *tls) {
  return tls->cipher ? tls->cipher : "";
}
