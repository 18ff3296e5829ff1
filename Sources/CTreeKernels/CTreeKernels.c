#include "CTreeKernels.h"
