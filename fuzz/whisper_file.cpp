// whisper.cpp's model files, as they are checked before whisper.cpp opens them.
#include "listener/whisper_file.h"

#include "fuzz.h"

#include <ggml.h>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    constexpr std::int32_t tokens = 50256;
    Bytes file;
    for (std::int32_t value : {0x67676d6c, 51864, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1, 80, 201}) {
        put_u32(file, value);
    }
    file.resize(file.size() + 4 * 80 * 201);
    put_u32(file, tokens);
    for (std::int32_t i = 0; i < tokens; ++i) {
        put_u32(file, 1);
        file.push_back(i == 0 ? ' ' : 'a');
    }
    for (char name : {'w', 'b'}) {
        for (std::int32_t value : {2, 1, static_cast<std::int32_t>(GGML_TYPE_F16), 4, 2}) {
            put_u32(file, value);
        }
        file.push_back(static_cast<std::uint8_t>(name));
        file.resize(file.size() + 16);
    }
    return {file};
}

void run(Input input) {
    MemoryFile const file(input);
    check_whisper_file(file.path());
}

} // namespace echollama::fuzz
