#include "md5.h"

#include <string.h>

#define ROTATED(value, count) (((value) << (count)) | ((value) >> (32 - (count))))
#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
// The RFC's "or" as a sum: no bit is set on both sides, and the side without `x`, the newest word, is added before that is known.
#define G(x, y, z) (((x) & (z)) + ((y) & ~(z)))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))
#define STEP(f, a, b, c, d, word, constant, count)      \
    (a) += f((b), (c), (d)) + words[word] + (constant); \
    (a) = ROTATED((a), (count)) + (b);
#define FOUR_STEPS(f, w0, w1, w2, w3, k0, k1, k2, k3, s0, s1, s2, s3) \
    STEP(f, a, b, c, d, w0, k0, s0)                                   \
    STEP(f, d, a, b, c, w1, k1, s1)                                   \
    STEP(f, c, d, a, b, w2, k2, s2)                                   \
    STEP(f, b, c, d, a, w3, k3, s3)

// The 64 steps of RFC 1321, section 3.4, on numbers or on vectors of them.
#define ALL_STEPS                                                                                            \
    FOUR_STEPS(F, 0, 1, 2, 3, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 7, 12, 17, 22)                 \
    FOUR_STEPS(F, 4, 5, 6, 7, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 7, 12, 17, 22)                 \
    FOUR_STEPS(F, 8, 9, 10, 11, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 7, 12, 17, 22)               \
    FOUR_STEPS(F, 12, 13, 14, 15, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 7, 12, 17, 22)             \
    FOUR_STEPS(G, 1, 6, 11, 0, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 5, 9, 14, 20)                 \
    FOUR_STEPS(G, 5, 10, 15, 4, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 5, 9, 14, 20)                \
    FOUR_STEPS(G, 9, 14, 3, 8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 5, 9, 14, 20)                 \
    FOUR_STEPS(G, 13, 2, 7, 12, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 5, 9, 14, 20)                \
    FOUR_STEPS(H, 5, 8, 11, 14, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 4, 11, 16, 23)               \
    FOUR_STEPS(H, 1, 4, 7, 10, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 4, 11, 16, 23)                \
    FOUR_STEPS(H, 13, 0, 3, 6, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 4, 11, 16, 23)                \
    FOUR_STEPS(H, 9, 12, 15, 2, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 4, 11, 16, 23)               \
    FOUR_STEPS(I, 0, 7, 14, 5, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 6, 10, 15, 21)                \
    FOUR_STEPS(I, 12, 3, 10, 1, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 6, 10, 15, 21)               \
    FOUR_STEPS(I, 8, 15, 6, 13, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 6, 10, 15, 21)               \
    FOUR_STEPS(I, 4, 11, 2, 9, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391, 6, 10, 15, 21)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the words of MD5 are read as little-endian numbers"
#endif

static void update_one(md5_state *state, const uint8_t *data, size_t block_count) {
    uint32_t a = state->words[0], b = state->words[1], c = state->words[2], d = state->words[3];
    for (; block_count > 0; block_count--, data += 64) {
        uint32_t words[16];
        memcpy(words, data, sizeof words);
        const uint32_t a0 = a, b0 = b, c0 = c, d0 = d;
        ALL_STEPS
        a += a0;
        b += b0;
        c += c0;
        d += d0;
    }
    *state = (md5_state){{a, b, c, d}};
}

// Four lanes are what the vector registers of every 64-bit processor hold; eight are two chains of steps side by side.
typedef uint32_t four __attribute__((vector_size(16), aligned(4)));
typedef uint32_t eight __attribute__((vector_size(32), aligned(4)));

#define TRANSPOSE(rows)                                                                   \
    do {                                                                                  \
        const four low01 = __builtin_shufflevector((rows)[0], (rows)[1], 0, 4, 1, 5);     \
        const four high01 = __builtin_shufflevector((rows)[0], (rows)[1], 2, 6, 3, 7);    \
        const four low23 = __builtin_shufflevector((rows)[2], (rows)[3], 0, 4, 1, 5);     \
        const four high23 = __builtin_shufflevector((rows)[2], (rows)[3], 2, 6, 3, 7);    \
        (rows)[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);                    \
        (rows)[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);                    \
        (rows)[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);                  \
        (rows)[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);                  \
    } while (0)
#define JOINED(low, high) __builtin_shufflevector((low), (high), 0, 1, 2, 3, 4, 5, 6, 7)
#define LOW(both) __builtin_shufflevector((both), (both), 0, 1, 2, 3)
#define HIGH(both) __builtin_shufflevector((both), (both), 4, 5, 6, 7)

/// Four consecutive words of each of four lanes; `words[i]` gets the i-th of all lanes.
static inline void load_four(four words[4], const uint8_t *const *data, size_t offset) {
    for (int lane = 0; lane < 4; lane++) memcpy(&words[lane], data[lane] + offset, sizeof *words);
    TRANSPOSE(words);
}

static void update_four(md5_state *states, const uint8_t *const *data, size_t block_count) {
    four s[4];
    memcpy(s, states, sizeof s);
    TRANSPOSE(s);
    four a = s[0], b = s[1], c = s[2], d = s[3];
    for (size_t offset = 0; offset < 64 * block_count; offset += 64) {
        four words[16];
        for (int i = 0; i < 16; i += 4) load_four(words + i, data, offset + 4 * i);
        ALL_STEPS
        a = s[0] += a;
        b = s[1] += b;
        c = s[2] += c;
        d = s[3] += d;
    }
    TRANSPOSE(s);
    memcpy(states, s, sizeof s);
}

static void update_eight(md5_state *states, const uint8_t *const *data, size_t block_count) {
    four low[4], high[4];
    memcpy(low, states, sizeof low);
    memcpy(high, states + 4, sizeof high);
    TRANSPOSE(low);
    TRANSPOSE(high);
    eight a = JOINED(low[0], high[0]), b = JOINED(low[1], high[1]);
    eight c = JOINED(low[2], high[2]), d = JOINED(low[3], high[3]);
    for (size_t offset = 0; offset < 64 * block_count; offset += 64) {
        eight words[16];
        for (int i = 0; i < 16; i += 4) {
            load_four(low, data, offset + 4 * i);
            load_four(high, data + 4, offset + 4 * i);
            for (int word = 0; word < 4; word++) words[i + word] = JOINED(low[word], high[word]);
        }
        const eight a0 = a, b0 = b, c0 = c, d0 = d;
        ALL_STEPS
        a += a0;
        b += b0;
        c += c0;
        d += d0;
    }
    const eight s[4] = {a, b, c, d};
    for (int word = 0; word < 4; word++) {
        low[word] = LOW(s[word]);
        high[word] = HIGH(s[word]);
    }
    TRANSPOSE(low);
    TRANSPOSE(high);
    memcpy(states, low, sizeof low);
    memcpy(states + 4, high, sizeof high);
}

void md5_update(md5_state *states, const uint8_t *const *data, size_t count, size_t block_count) {
    if (count == 0) return;
    if (count == 1) return update_one(states, *data, block_count);
    // Lanes without work of their own do that of the first.
    md5_state all_states[MD5_LANES];
    const uint8_t *all_data[MD5_LANES];
    for (size_t lane = 0; lane < MD5_LANES; lane++) {
        all_states[lane] = states[lane < count ? lane : 0];
        all_data[lane] = data[lane < count ? lane : 0];
    }
    (count <= 4 ? update_four : update_eight)(all_states, all_data, block_count);
    memcpy(states, all_states, count * sizeof *states);
}
