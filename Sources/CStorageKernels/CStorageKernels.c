#include "CStorageKernels.h"
