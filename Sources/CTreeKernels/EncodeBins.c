#include "CTreeKernels.h"

enum { BLOCK = 32 };

// A branch-free binary search for a block of values at a time, so that the steps of one hide the latency of another's.
static inline __attribute__((always_inline)) uint32_t encode_block(
    const float *bounds, uint32_t size, const float *values, size_t count, uint8_t *codes) {
    uint32_t positions[BLOCK], missing = 0;
    for (size_t i = 0; i < count; i++) { positions[i] = 0; }
    for (uint32_t step = size / 2; step > 0; step /= 2) {
        for (size_t i = 0; i < count; i++) {
            positions[i] += bounds[positions[i] + step - 1] < values[i] ? step : 0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t is_missing = values[i] != values[i];
        missing |= is_missing;
        codes[i] = (uint8_t)(positions[i] | (0 - is_missing));
    }
    return missing;
}

static inline __attribute__((always_inline)) int encode(
    const float *bounds, size_t size, const float *values, size_t count, uint8_t *codes) {
    uint32_t missing = 0;
    size_t done = 0;
    for (; done + BLOCK <= count; done += BLOCK) {
        missing |= encode_block(bounds, (uint32_t)size, values + done, BLOCK, codes + done);
    }
    if (done < count) { missing |= encode_block(bounds, (uint32_t)size, values + done, count - done, codes + done); }
    return (int)missing;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static int encode_avx512(
    const float *bounds, size_t size, const float *values, size_t count, uint8_t *codes) {
    return encode(bounds, size, values, count, codes);
}
__attribute__((target("avx2"))) static int encode_avx2(
    const float *bounds, size_t size, const float *values, size_t count, uint8_t *codes) {
    return encode(bounds, size, values, count, codes);
}
#endif

int tree_kernel_encode_bins(
    int level, const float *bounds, size_t size, const float *values, size_t count, uint8_t *codes) {
#if defined(__x86_64__)
    int best = tree_kernel_best_level();
    if (level > best) { level = best; }
    if (level >= TREE_KERNEL_AVX512) { return encode_avx512(bounds, size, values, count, codes); }
    if (level >= TREE_KERNEL_AVX2) { return encode_avx2(bounds, size, values, count, codes); }
#endif
    return encode(bounds, size, values, count, codes);
}
