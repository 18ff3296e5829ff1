#include "parquet_bitpacking.h"
#include "parquet_kernels.h"

// One run of the hybrid.
typedef struct {
    const uint8_t *literals; // NULL for a repeated value
    uint32_t value;
    size_t count;
} run_t;

// Reads the next run, cut to `wanted` values; returns 0 or a PARQUET_ code.
INLINE int next_run(const uint8_t **cursor, const uint8_t *end, unsigned width, size_t wanted, run_t *run) {
    const uint8_t *p = *cursor;
    uint64_t header = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (p == end) return PARQUET_TRUNCATED;
        if (shift > 28) return PARQUET_MALFORMED;
        const uint8_t byte = *p++;
        header |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) break;
    }
    const size_t room = (size_t)(end - p);
    if (header & 1) {
        const size_t groups = header >> 1;
        run->count = groups * 8 < wanted ? groups * 8 : wanted;
        if ((run->count * width + 7) / 8 > room) return PARQUET_TRUNCATED;
        run->literals = p;
        // Some writers cut the padding of the last group.
        p += groups * width < room ? groups * width : room;
    } else {
        const unsigned bytes = (width + 7) / 8;
        if (bytes > room) return PARQUET_TRUNCATED;
        uint32_t value = 0;
        for (unsigned i = 0; i < bytes; i++) value |= (uint32_t)p[i] << (8 * i);
        if (width < 32 && value >> width) return PARQUET_MALFORMED;
        run->count = (header >> 1) < wanted ? header >> 1 : wanted;
        run->literals = NULL;
        run->value = value;
        p += bytes;
    }
    *cursor = p;
    return 0;
}

int64_t parquet_rle_decode(const uint8_t *source, size_t length, unsigned width, uint32_t *out, size_t count) {
    if (width > 32) return PARQUET_MALFORMED;
    if (width == 0) {
        memset(out, 0, count * sizeof(uint32_t));
        return (int64_t)length;
    }
    const uint8_t *cursor = source, *end = source + length;
    for (size_t done = 0; done < count;) {
        run_t run;
        const int status = next_run(&cursor, end, width, count - done, &run);
        if (status) return status;
        if (run.literals) {
            unpack(run.literals, end, width, run.count, out + done);
        } else {
            for (size_t i = 0; i < run.count; i++) out[done + i] = run.value;
        }
        done += run.count;
    }
    return cursor - source;
}

#define GATHER(NAME, TYPE)                                                                                             \
    int64_t NAME(const uint8_t *source, size_t length, unsigned width, const TYPE *dictionary,                         \
                 size_t dictionary_count, TYPE *out, size_t count) {                                                   \
        if (width > 32) return PARQUET_MALFORMED;                                                                      \
        if (count > 0 && dictionary_count == 0) return PARQUET_BAD_INDEX;                                              \
        if (width == 0) {                                                                                              \
            for (size_t i = 0; i < count; i++) out[i] = dictionary[0];                                                 \
            return (int64_t)length;                                                                                    \
        }                                                                                                              \
        const uint8_t *cursor = source, *end = source + length;                                                        \
        for (size_t done = 0; done < count;) {                                                                         \
            run_t run;                                                                                                 \
            const int status = next_run(&cursor, end, width, count - done, &run);                                      \
            if (status) return status;                                                                                 \
            if (run.literals) {                                                                                        \
                uint32_t indices[512];                                                                                 \
                for (size_t at = 0; at < run.count; at += 512) {                                                       \
                    const size_t block = run.count - at < 512 ? run.count - at : 512;                                  \
                    unpack(run.literals + at / 8 * width, end, width, block, indices);                                 \
                    uint32_t largest = 0;                                                                              \
                    for (size_t i = 0; i < block; i++) largest = indices[i] > largest ? indices[i] : largest;          \
                    if (largest >= dictionary_count) return PARQUET_BAD_INDEX;                                         \
                    TYPE *target = out + done + at;                                                                    \
                    for (size_t i = 0; i < block; i++) target[i] = dictionary[indices[i]];                             \
                }                                                                                                      \
            } else if (run.count > 0) {                                                                                \
                if (run.value >= dictionary_count) return PARQUET_BAD_INDEX;                                           \
                const TYPE value = dictionary[run.value];                                                              \
                for (size_t i = 0; i < run.count; i++) out[done + i] = value;                                          \
            }                                                                                                          \
            done += run.count;                                                                                         \
        }                                                                                                              \
        return cursor - source;                                                                                        \
    }

GATHER(parquet_rle_gather32, uint32_t)
GATHER(parquet_rle_gather64, uint64_t)

int64_t parquet_rle_bits(const uint8_t *source, size_t length, uint64_t *words, size_t offset, size_t count,
                         size_t *ones) {
    const uint8_t *cursor = source, *end = source + length;
    for (size_t done = 0; done < count;) {
        run_t run;
        const int status = next_run(&cursor, end, 1, count - done, &run);
        if (status) return status;
        if (run.literals) {
            *ones += parquet_copy_bits(run.literals, words, offset + done, run.count);
        } else if (run.value) {
            parquet_set_bits(words, offset + done, run.count);
            *ones += run.count;
        }
        done += run.count;
    }
    return cursor - source;
}

// A literal run of `count` values; only the last run of all may have a count that is no multiple of 8.
static uint8_t *write_literals(uint8_t *out, const uint32_t *values, size_t count, unsigned width) {
    if (count == 0) return out;
    const size_t groups = (count + 7) / 8, whole = count / 8;
    out = write_varint(out, (uint64_t)groups << 1 | 1);
    pack_groups(values, width, whole, out);
    if (whole < groups) {
        uint32_t last[8] = {0};
        memcpy(last, values + whole * 8, (count - whole * 8) * sizeof(uint32_t));
        pack_groups(last, width, 1, out + whole * width);
    }
    return out + groups * width;
}

static uint8_t *write_repeated(uint8_t *out, uint32_t value, size_t count, unsigned width) {
    out = write_varint(out, (uint64_t)count << 1);
    for (unsigned i = 0; i < (width + 7) / 8; i++) *out++ = (uint8_t)(value >> (8 * i));
    return out;
}

// From how many equal values on a run of its own pays for the headers around it; a multiple of 8.
INLINE size_t shortest_run(unsigned width) { return width >= 4 ? 8 : width >= 2 ? 16 : 32; }

size_t parquet_rle_bound(size_t count, unsigned width) { return (count + 7) / 8 * (width + 2) + 64; }

size_t parquet_rle_encode(const uint32_t *values, size_t count, unsigned width, uint8_t *out) {
    const size_t shortest = shortest_run(width);
    uint8_t *cursor = out;
    size_t literals = 0, at = 0;
    while (at + 8 <= count) {
        const uint32_t first = values[at];
        uint32_t differences = 0;
        for (unsigned i = 1; i < 8; i++) differences |= values[at + i] ^ first;
        if (differences == 0) {
            size_t end = at + 8;
            while (end < count && values[end] == first) end++;
            if (end - at >= shortest || end == count) {
                cursor = write_literals(cursor, values + literals, at - literals, width);
                cursor = write_repeated(cursor, first, end - at, width);
                literals = at = end;
                continue;
            }
        }
        at += 8;
    }
    cursor = write_literals(cursor, values + literals, count - literals, width);
    return (size_t)(cursor - out);
}

size_t parquet_rle_encode_bits(const uint64_t *words, size_t offset, size_t count, uint8_t *out) {
    uint8_t *cursor = out;
    size_t literals = 0, at = 0;
    while (at < count || literals < count) {
        size_t run = 0;
        int bit = 0;
        if (at < count) {
            // The length of the run of equal bits from `at` on.
            bit = (int)(words[(offset + at) >> 6] >> ((offset + at) & 63) & 1);
            while (at + run < count) {
                const size_t position = offset + at + run;
                const uint64_t word = words[position >> 6] >> (position & 63);
                const uint64_t other = bit ? ~word : word;
                const size_t left = 64 - (position & 63);
                size_t equal = other ? (size_t)__builtin_ctzll(other) : left;
                if (equal > left) equal = left;
                run += equal;
                if (equal < left) break;
            }
            if (run > count - at) run = count - at;
        }
        const int is_run = run >= 32 || (run > 0 && at + run == count);
        if (is_run || at >= count) {
            const size_t length = (at < count ? at : count) - literals;
            if (length > 0) {
                cursor = write_varint(cursor, (uint64_t)((length + 7) / 8) << 1 | 1);
                parquet_pack_bits(words, offset + literals, length, cursor);
                cursor += (length + 7) / 8;
            }
            if (is_run) cursor = write_repeated(cursor, (uint32_t)bit, run, 1);
            literals = at = at < count ? at + run : count;
        } else {
            at += 8;
        }
    }
    return (size_t)(cursor - out);
}
