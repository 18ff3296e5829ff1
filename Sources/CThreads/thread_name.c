// glibc declares pthread_setname_np to those alone who ask for its extensions.
#define _GNU_SOURCE
#include "CThreads.h"

#include <pthread.h>
#include <string.h>

void thread_set_name(const char *name) {
#if defined(__APPLE__)
    pthread_setname_np(name);
#else
    // A longer name is refused, not cut.
    char beginning[16] = {0};
    strncpy(beginning, name, sizeof beginning - 1);
    pthread_setname_np(pthread_self(), beginning);
#endif
}
