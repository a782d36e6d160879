// PLY point clouds and meshes, drawn.
#include "cloud.h"
#include "support/cloud_writers.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("ply\nformat ascii 1.0\ncomment unit: mm\nelement vertex 2\nproperty double x\nproperty double y\n"
                     "property double z\nproperty ushort red\nproperty ushort green\nproperty ushort blue\nend_header\n"
                     "+412345.5 5654321.25 1e1 65535 0 0 # c\n412346 \\\n5654321 nan 1 2 3\n"),
            bytes_of(test::binary_ply(false)), bytes_of(test::binary_ply(true)),
            bytes_of(test::ply_header("ascii", "4", "1") +
                     "0 0 2 0 1 2\n1 0.5 2 10 1 2\n2 1 2 20 1 2\n3 1.5 2 30 1 2\n4 0 1 2 3\n")};
}

void run(Input input) {
    draw(parse_ply(characters(input), "input"));
}

} // namespace echollama::fuzz
