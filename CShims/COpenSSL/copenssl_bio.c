// What OpenSSL reads and writes during the handshake: the spans that the record layer was given.
#include "copenssl_bio.h"

#include <pthread.h>
#include <string.h>

#include "copenssl_record.h"

static int bio_write(BIO *bio, const char *bytes, int count) {
  struct record_layer *records = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (count <= 0) return 0;
  if ((size_t)count > records->output_capacity - records->output_count) {
    BIO_set_retry_write(bio);
    return -1;
  }
  memcpy(records->output + records->output_count, bytes, (size_t)count);
  records->output_count += (size_t)count;
  return count;
}

static int bio_read(BIO *bio, char *bytes, int count) {
  struct record_layer *records = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (records->input_left == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  size_t taken = count < 0 ? 0 : (size_t)count;
  if (taken > records->input_left) taken = records->input_left;
  memcpy(bytes, records->input, taken);
  records->input += taken;
  records->input_left -= taken;
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

BIO_METHOD *copenssl_bio_method(void) {
  pthread_once(&method_once, make_method);
  return method;
}
