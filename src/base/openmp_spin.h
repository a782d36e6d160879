// How long OpenMP threads, which ggml computes with, wait awake for each other.
#pragma once

namespace echollama {

// libgomp's threads spin for milliseconds at every barrier. Where another program wants the processor too, they spin
// through whole time slices: detection then took 12 s instead of 0.3 s. A short spin costs nothing on an idle machine
// and lets go on a busy one (docs/performance.md). libgomp reads the setting before main(), so the program starts
// itself once more with it; returns when it is set already, by this or by the user, or cannot be. Call it first in
// main(), before any thread starts.
void limit_openmp_spinning(char** argv);

// The setting alone, for a program that starts another one; false: it was set already, or cannot be.
bool set_openmp_spinning();

} // namespace echollama
