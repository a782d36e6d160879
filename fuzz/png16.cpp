// Depth pictures: grey PNG with 16 bits.
#include "media/picture/png16.h"

#include "fuzz.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {written("depth.png", [](auto const& path) {
        save_png16(path, 3, 2, std::vector<std::uint16_t>{0, 1000, 2000, 3000, 65535, 5});
    })};
}

void run(Input input) {
    MemoryFile const file(input);
    auto const depth = load_png16(file.path());
    recognised_depth_units(depth.values);
}

} // namespace echollama::fuzz
