#include <signal.h>
#include <sys/select.h>
#include <liburing.h>
