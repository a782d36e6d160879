// Camera files as Open3D writes them.
#include "fuzz.h"
#include "media/rgbd.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"width":640,"height":480,"intrinsic_matrix":[525,0,0,0,525,0,319.5,239.5,1]})")};
}

void run(Input input) {
    MemoryFile const file(input);
    load_camera_json(file.path(), 640, 480);
}

} // namespace echollama::fuzz
