// PCD point clouds, drawn.
#include "cloud.h"
#include "support/cloud_writers.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(test::binary_pcd()),
            bytes_of("FIELDS x y z r g b # c\nSIZE 4 4 4 4 4 4\nTYPE F F F F F F\nPOINTS 1\nDATA ascii\n+1 .5 1.#INF 1 "
                     "2 3 # c\n"),
            bytes_of(test::pcd_header() + "DATA ascii\n1.5 -2 0 1122867\n1.5 -2 1 1122867\n")};
}

void run(Input input) {
    draw(parse_pcd(characters(input), "input"));
}

} // namespace echollama::fuzz
