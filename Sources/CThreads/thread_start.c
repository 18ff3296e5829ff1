#include "CThreads.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct start {
    void (*body)(void *context);
    void *context;
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

int thread_start(size_t stack_size, void (*body)(void *context), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) {
        return ENOMEM;
    }
    *start = (struct start){body, context};
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code == 0) {
        if (stack_size > 0) {
            code = pthread_attr_setstacksize(&attributes, stack_size);
        }
        if (code == 0) {
            code = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        }
        pthread_t thread;
        if (code == 0) {
            code = pthread_create(&thread, &attributes, run, start);
        }
        pthread_attr_destroy(&attributes);
    }
    if (code != 0) {
        free(start);
    }
    return code;
}
