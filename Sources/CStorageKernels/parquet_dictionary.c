#include "parquet_kernels.h"
#include <string.h>

#define RANGE(NAME, TYPE, LOWEST, HIGHEST)                                                                             \
    void NAME(const TYPE *values, size_t count, TYPE *minimum, TYPE *maximum) {                                        \
        TYPE low[4] = {HIGHEST, HIGHEST, HIGHEST, HIGHEST}, high[4] = {LOWEST, LOWEST, LOWEST, LOWEST};                \
        size_t i = 0;                                                                                                  \
        for (; i + 4 <= count; i += 4)                                                                                 \
            for (unsigned k = 0; k < 4; k++) {                                                                         \
                const TYPE value = values[i + k];                                                                      \
                low[k] = value < low[k] ? value : low[k];                                                              \
                high[k] = value > high[k] ? value : high[k];                                                           \
            }                                                                                                          \
        for (; i < count; i++) {                                                                                       \
            low[0] = values[i] < low[0] ? values[i] : low[0];                                                          \
            high[0] = values[i] > high[0] ? values[i] : high[0];                                                       \
        }                                                                                                              \
        for (unsigned k = 1; k < 4; k++) {                                                                             \
            low[0] = low[k] < low[0] ? low[k] : low[0];                                                                \
            high[0] = high[k] > high[0] ? high[k] : high[0];                                                           \
        }                                                                                                              \
        *minimum = low[0];                                                                                             \
        *maximum = high[0];                                                                                            \
    }

RANGE(parquet_range_i32, int32_t, INT32_MIN, INT32_MAX)
RANGE(parquet_range_i64, int64_t, INT64_MIN, INT64_MAX)
RANGE(parquet_range_f32, float, -__builtin_inff(), __builtin_inff())
RANGE(parquet_range_f64, double, -__builtin_inf(), __builtin_inf())

#define DIRECT(NAME, TYPE, UNSIGNED)                                                                                   \
    int64_t NAME(const TYPE *values, size_t count, TYPE minimum, uint32_t *table, uint32_t *indices,                   \
                 TYPE *dictionary, size_t limit) {                                                                     \
        size_t size = 0;                                                                                               \
        for (size_t i = 0; i < count; i++) {                                                                           \
            uint32_t *slot = table + ((UNSIGNED)values[i] - (UNSIGNED)minimum);                                        \
            if (__builtin_expect(*slot == 0, 0)) {                                                                     \
                if (size == limit) return -1;                                                                          \
                dictionary[size] = values[i];                                                                          \
                *slot = (uint32_t)++size;                                                                              \
            }                                                                                                          \
            indices[i] = *slot - 1;                                                                                    \
        }                                                                                                              \
        return (int64_t)size;                                                                                          \
    }

DIRECT(parquet_dictionary_direct32, int32_t, uint32_t)
DIRECT(parquet_dictionary_direct64, int64_t, uint64_t)

// The first values that decide whether a dictionary can pay, and how many of them may be distinct.
#define SAMPLE 8192
#define SAMPLE_DISTINCT 7600

static inline uint64_t spread(uint64_t value) { return value * 0x9E3779B97F4A7C15ull; }

#define HASH(NAME, TYPE)                                                                                               \
    int64_t NAME(const TYPE *values, size_t count, uint32_t *table, size_t slots, uint32_t *indices,                   \
                 TYPE *dictionary, size_t limit) {                                                                     \
        size_t size = 0, used = 1024;                                                                                  \
        unsigned shift = 64 - 10;                                                                                      \
        memset(table, 0, used * sizeof(uint32_t));                                                                     \
        for (size_t i = 0; i < count; i++) {                                                                           \
            const TYPE value = values[i];                                                                              \
            size_t slot = spread(value) >> shift;                                                                      \
            while (table[slot] != 0 && dictionary[table[slot] - 1] != value) slot = (slot + 1) & (used - 1);           \
            if (__builtin_expect(table[slot] == 0, 0)) {                                                               \
                if (size == limit || (i < SAMPLE && size == SAMPLE_DISTINCT)) return -1;                               \
                dictionary[size] = value;                                                                              \
                table[slot] = (uint32_t)++size;                                                                        \
                indices[i] = (uint32_t)size - 1;                                                                       \
                if (size * 2 > used && used < slots) {                                                                 \
                    used *= 2;                                                                                         \
                    shift -= 1;                                                                                        \
                    memset(table, 0, used * sizeof(uint32_t));                                                         \
                    for (size_t entry = 0; entry < size; entry++) {                                                    \
                        size_t place = spread(dictionary[entry]) >> shift;                                             \
                        while (table[place] != 0) place = (place + 1) & (used - 1);                                    \
                        table[place] = (uint32_t)entry + 1;                                                            \
                    }                                                                                                  \
                }                                                                                                      \
            } else {                                                                                                   \
                indices[i] = table[slot] - 1;                                                                          \
            }                                                                                                          \
        }                                                                                                              \
        return (int64_t)size;                                                                                          \
    }

HASH(parquet_dictionary_hash32, uint32_t)
HASH(parquet_dictionary_hash64, uint64_t)

static inline uint64_t hash_bytes(const uint8_t *bytes, size_t length) {
    uint64_t hash = length * 0x9E3779B97F4A7C15ull;
    while (length > 0) {
        uint64_t word = 0;
        const size_t part = length < 8 ? length : 8;
        memcpy(&word, bytes, part);
        hash = (hash ^ word) * 0xD6E8FEB86659FD93ull;
        hash ^= hash >> 32;
        bytes += part;
        length -= part;
    }
    return hash * 0x9E3779B97F4A7C15ull;
}

int64_t parquet_dictionary_bytes(const int32_t *offsets, const uint8_t *bytes, size_t count, uint32_t *table,
                                 size_t slots, uint32_t *indices, uint32_t *dictionary, size_t limit) {
    size_t size = 0, used = 1024;
    unsigned shift = 64 - 10;
    memset(table, 0, used * sizeof(uint32_t));
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = bytes + offsets[i];
        const size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        size_t slot = hash_bytes(value, length) >> shift;
        for (; table[slot] != 0; slot = (slot + 1) & (used - 1)) {
            const size_t row = dictionary[table[slot] - 1];
            if ((size_t)(offsets[row + 1] - offsets[row]) == length && memcmp(bytes + offsets[row], value, length) == 0)
                break;
        }
        if (table[slot] != 0) {
            indices[i] = table[slot] - 1;
            continue;
        }
        if (size == limit || (i < SAMPLE && size == SAMPLE_DISTINCT)) return -1;
        dictionary[size] = (uint32_t)i;
        table[slot] = (uint32_t)++size;
        indices[i] = (uint32_t)size - 1;
        if (size * 2 > used && used < slots) {
            used *= 2;
            shift -= 1;
            memset(table, 0, used * sizeof(uint32_t));
            for (size_t entry = 0; entry < size; entry++) {
                const size_t row = dictionary[entry];
                size_t place = hash_bytes(bytes + offsets[row], (size_t)(offsets[row + 1] - offsets[row])) >> shift;
                while (table[place] != 0) place = (place + 1) & (used - 1);
                table[place] = (uint32_t)entry + 1;
            }
        }
    }
    return (int64_t)size;
}
