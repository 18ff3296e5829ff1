#include "CTreeKernels.h"

int tree_kernel_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")
        && __builtin_cpu_supports("avx512vbmi2")) {
        return TREE_KERNEL_AVX512;
    }
    if (__builtin_cpu_supports("avx2")) { return TREE_KERNEL_AVX2; }
#endif
    return TREE_KERNEL_PORTABLE;
}
