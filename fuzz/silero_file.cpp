// whisper.cpp's voice activity models, as they are checked before whisper.cpp opens them.
#include "fuzz.h"
#include "listener/whisper_file.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    Bytes file;
    put_u32(file, 0x67676d6c);
    put_u32(file, 10);
    auto const kind = bytes_of("silero-16k");
    file.insert(file.end(), kind.begin(), kind.end());
    for (std::int32_t value : {6, 2, 0, 512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1}) {
        put_u32(file, value);
    }
    for (std::int32_t value : {1, 1, 0, 4}) { // dimensions, length of the name, F32, 4 numbers
        put_u32(file, value);
    }
    file.push_back('b');
    file.resize(file.size() + 16);
    return {file};
}

void run(Input input) {
    MemoryFile const file(input);
    check_silero_file(file.path());
}

} // namespace echollama::fuzz
