#include "copenssl_tls.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct copenssl_context {
  SSL_CTX *ssl;
};

struct copenssl_tls {
  const uint8_t *input;
  size_t input_left;
  uint8_t *output;
  size_t output_capacity;
  size_t output_count;
  SSL *ssl;
};

// ---- a BIO over the session's spans ----

static int bio_write(BIO *bio, const char *bytes, int count) {
  struct copenssl_tls *tls = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (count <= 0) return 0;
  if ((size_t)count > tls->output_capacity - tls->output_count) {
    BIO_set_retry_write(bio);
    return -1;
  }
  memcpy(tls->output + tls->output_count, bytes, (size_t)count);
  tls->output_count += (size_t)count;
  return count;
}

static int bio_read(BIO *bio, char *bytes, int count) {
  struct copenssl_tls *tls = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (tls->input_left == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  size_t taken = count < 0 ? 0 : (size_t)count;
  if (taken > tls->input_left) taken = tls->input_left;
  memcpy(bytes, tls->input, taken);
  tls->input += taken;
  tls->input_left -= taken;
  return (int)taken;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static int bio_create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void) {
  method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "spans");
  if (!method) return;
  BIO_meth_set_write(method, bio_write);
  BIO_meth_set_read(method, bio_read);
  BIO_meth_set_ctrl(method, bio_control);
  BIO_meth_set_create(method, bio_create);
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
  pthread_once(&method_once, make_method);
  struct copenssl_context *context = calloc(1, sizeof *context);
  SSL_CTX *ssl = method && context ? SSL_CTX_new(TLS_client_method()) : NULL;
  if (!ssl) {
    describe(failure, capacity, "no TLS context");
    free(context);
    return NULL;
  }
  context->ssl = ssl;
  static const unsigned char protocols[] = "\x08http/1.1";
  // AEAD suites alone: the others make TLS 1.2 allocate per record, and are the weaker ones anyway.
  const char *ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";
  int set = SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) &&
            SSL_CTX_set_cipher_list(ssl, ciphers) &&
            SSL_CTX_set_ciphersuites(
                ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") &&
            SSL_CTX_set_alpn_protos(ssl, protocols, sizeof protocols - 1) == 0;
  SSL_CTX_set_security_level(ssl, 2);
  // No session is kept: a ticket is parsed while dialling and dropped.
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_mode(ssl, SSL_MODE_AUTO_RETRY | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
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
  struct copenssl_tls *tls = calloc(1, sizeof *tls);
  SSL *ssl = tls ? SSL_new(context->ssl) : NULL;
  BIO *bio = ssl ? BIO_new(method) : NULL;
  if (!bio) goto failed;
  tls->ssl = ssl;
  BIO_set_data(bio, tls);
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
failed:
  SSL_free(ssl);
  free(tls);
  ERR_clear_error();
  return NULL;
}

void copenssl_tls_free(struct copenssl_tls *tls) {
  if (!tls) return;
  SSL_free(tls->ssl);
  free(tls);
}

void copenssl_tls_output(struct copenssl_tls *tls, void *bytes, size_t capacity) {
  tls->output = bytes;
  tls->output_capacity = capacity;
  tls->output_count = 0;
}

size_t copenssl_tls_output_count(const struct copenssl_tls *tls) { return tls->output_count; }

void copenssl_tls_input(struct copenssl_tls *tls, const void *bytes, size_t count) {
  tls->input = bytes;
  tls->input_left = count;
}

size_t copenssl_tls_unread(const struct copenssl_tls *tls) {
  return tls->input_left + (size_t)SSL_pending(tls->ssl);
}

static int outcome(struct copenssl_tls *tls, int result) {
  switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ: return COPENSSL_WANTS_INPUT;
    case SSL_ERROR_WANT_WRITE: return COPENSSL_NO_ROOM;
    case SSL_ERROR_ZERO_RETURN: return COPENSSL_CLOSED;
    default: return COPENSSL_FAILED;
  }
}

int copenssl_tls_handshake(struct copenssl_tls *tls) {
  ERR_clear_error();
  int result = SSL_do_handshake(tls->ssl);
  return result == 1 ? 1 : outcome(tls, result);
}

int64_t copenssl_tls_read(struct copenssl_tls *tls, void *bytes, size_t capacity) {
  // Without read-ahead OpenSSL holds back at most one partial record: no input means nothing to do.
  if (tls->input_left == 0 && SSL_pending(tls->ssl) == 0) return COPENSSL_WANTS_INPUT;
  if (ERR_peek_error()) ERR_clear_error();  // left by others on this thread; SSL_get_error would believe it
  int result = SSL_read(tls->ssl, bytes, capacity > INT_MAX ? INT_MAX : (int)capacity);
  if (result > 0) return result;
  int status = outcome(tls, result);
  if (status == COPENSSL_FAILED) ERR_clear_error();
  return status;
}

int64_t copenssl_tls_write(struct copenssl_tls *tls, const void *bytes, size_t count) {
  if (count == 0) return 0;
  if (count > INT_MAX) return COPENSSL_NO_ROOM;
  if (ERR_peek_error()) ERR_clear_error();
  int result = SSL_write(tls->ssl, bytes, (int)count);
  if (result > 0) return result;
  int status = outcome(tls, result);
  if (status == COPENSSL_FAILED) ERR_clear_error();
  return status == COPENSSL_WANTS_INPUT ? COPENSSL_FAILED : status;
}

size_t copenssl_tls_sealed_max(size_t count) {
  // Header 5, explicit nonce 8, tag 16, inner type 1 a record; 512 for a key update or an alert before it.
  return count + (count / SSL3_RT_MAX_PLAIN_LENGTH + 1) * 32 + 512;
}

void copenssl_tls_close(struct copenssl_tls *tls) {
  SSL_shutdown(tls->ssl);
  ERR_clear_error();
}

void copenssl_thread_prepare(void) { ERR_clear_error(); }

int copenssl_tls_failure(struct copenssl_tls *tls, char *reason, size_t capacity) {
  long verified = SSL_get_verify_result(tls->ssl);
  if (verified != X509_V_OK) {
    snprintf(reason, capacity, "%s", X509_verify_cert_error_string(verified));
    ERR_clear_error();
    return 1;
  }
  describe(reason, capacity, "TLS");
  return 0;
}

const char *copenssl_tls_version(const struct copenssl_tls *tls) { return SSL_get_version(tls->ssl); }

const char *copenssl_tls_cipher(const struct copenssl_tls *tls) {
  const char *name = SSL_get_cipher_name(tls->ssl);
  return name ? name : "";
}
