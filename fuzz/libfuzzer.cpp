// libFuzzer's side of a target. "TARGET --seeds FOLDER" writes the seeds and ends.
#include "base/error.h"
#include "fuzz.h"

#include <cstdlib>
#include <fstream>

using namespace echollama;

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    if (*count == 3 && std::string((*arguments)[1]) == "--seeds") {
        std::filesystem::path const folder = (*arguments)[2];
        int number = 0;
        for (auto const& seed : fuzz::seeds()) {
            std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary)
                .write(reinterpret_cast<char const*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        }
        std::exit(0);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    try {
        fuzz::run({data, size});
    } catch (Error const&) { // refused with a sentence: as it should be
    }
    return 0;
}
