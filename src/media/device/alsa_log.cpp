#include "media/device/alsa_log.h"

#include <dlfcn.h>

#include <mutex>

namespace echollama {
namespace {

void ignore(char const*, int, char const*, int, char const*, ...) {}

} // namespace

void silence_alsa() {
    static std::once_flag once;
    std::call_once(once, [] {
        // The library that miniaudio opens; it is never closed, so that the handler stays.
        if (void* library = dlopen("libasound.so.2", RTLD_NOW)) {
            using Handler = void (*)(char const*, int, char const*, int, char const*, ...);
            using SetHandler = int (*)(Handler);
            if (auto set = reinterpret_cast<SetHandler>(dlsym(library, "snd_lib_error_set_handler"))) {
                set(ignore);
            }
        }
    });
}

} // namespace echollama
