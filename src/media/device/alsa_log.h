// What ALSA prints.
#pragma once

namespace echollama {

// ALSA prints a page of its own on stderr when there is no sound device; our one sentence is enough. Does nothing where
// ALSA is not installed. Thread-safe.
void silence_alsa();

} // namespace echollama
