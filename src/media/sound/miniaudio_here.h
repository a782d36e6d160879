// miniaudio with its whole implementation private to the file that includes this: libmtmd carries a copy of its own,
// and two public ones cannot be linked together. The including file first defines what else it leaves out (MA_NO_…) and
// ma_atomic_global_lock as a name of its own: that is the one symbol that MA_API does not make private.
#pragma once

#define MA_API static
#define MINIAUDIO_IMPLEMENTATION
#define MA_NO_ENCODING
#define MA_NO_GENERATION
#define MA_NO_ENGINE
#define MA_NO_NODE_GRAPH
#define MA_NO_RESOURCE_MANAGER
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <miniaudio/miniaudio.h>
#pragma GCC diagnostic pop
