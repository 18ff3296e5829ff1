#ifndef CLIBFUZZER_H
#define CLIBFUZZER_H
#include <stddef.h>
#include <stdint.h>

/// Fuzzes with libFuzzer's arguments until it finds a failure or a limit is reached.
int fuzz(int argc, char **argv, int (*callback)(const uint8_t *data, size_t size));

#endif
