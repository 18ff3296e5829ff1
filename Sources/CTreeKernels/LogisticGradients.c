#include "CTreeKernels.h"
#include <math.h>
#include <string.h>

// Fused multiply-add would round differently on processors that have it.
#pragma STDC FP_CONTRACT OFF

// exp(x) for -87 <= x <= 0: 2^n by the exponent bits times a polynomial on [-ln2/2, ln2/2] (Cephes' coefficients).
static inline __attribute__((always_inline)) float exp_of_negative(float x) {
    float shifted = x * 1.44269504088896341f + 12582912.0f; // 1.5 * 2^23: the sum's low bits are the rounded integer
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    int32_t power = (bits - 0x4B400000 + 127) << 23;
    float scale;
    memcpy(&scale, &power, 4);
    return p * scale;
}

static inline __attribute__((always_inline)) void gradients(
    const float *scores, const uint8_t *labels, const float *weights, size_t count, float gradient_scale,
    float hessian_scale, int32_t *pairs) {
    for (size_t i = 0; i < count; i++) {
        float score = scores[i];
        float magnitude = fabsf(score);
        magnitude = magnitude < 87.0f ? magnitude : 87.0f;
        float e = exp_of_negative(-magnitude);
        float large = 1.0f / (1.0f + e);
        float small = e * large;
        float positive = score >= 0.0f ? large : small;
        float negative = score >= 0.0f ? small : large;
        float gradient = labels[i] ? -negative : positive;
        float hessian = small * large;
        float weight = weights ? weights[i] : 1.0f;
        gradient = gradient * weight * gradient_scale;
        hessian = hessian * weight * hessian_scale;
        pairs[2 * i] = (int32_t)(gradient + (gradient < 0.0f ? -0.5f : 0.5f));
        pairs[2 * i + 1] = (int32_t)(hessian + 0.5f);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static void gradients_avx512(
    const float *s, const uint8_t *l, const float *w, size_t n, float gs, float hs, int32_t *p) {
    if (w) { gradients(s, l, w, n, gs, hs, p); } else { gradients(s, l, 0, n, gs, hs, p); }
}
__attribute__((target("avx2"))) static void gradients_avx2(
    const float *s, const uint8_t *l, const float *w, size_t n, float gs, float hs, int32_t *p) {
    if (w) { gradients(s, l, w, n, gs, hs, p); } else { gradients(s, l, 0, n, gs, hs, p); }
}
#endif

void tree_kernel_logistic_gradients(
    int level, const float *s, const uint8_t *l, const float *w, size_t n, float gs, float hs, int32_t *p) {
#if defined(__x86_64__)
    int best = tree_kernel_best_level();
    if (level > best) { level = best; }
    if (level >= TREE_KERNEL_AVX512) { return gradients_avx512(s, l, w, n, gs, hs, p); }
    if (level >= TREE_KERNEL_AVX2) { return gradients_avx2(s, l, w, n, gs, hs, p); }
#endif
    if (w) { gradients(s, l, w, n, gs, hs, p); } else { gradients(s, l, 0, n, gs, hs, p); }
}
