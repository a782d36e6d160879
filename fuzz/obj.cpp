// OBJ meshes, drawn.
#include "cloud.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of("# mesh\nv 0 0 3 1 0 0\nv 1 0 3 1 0 0\r\nv 1 1 3 1 0 0\nv 0 1 3 1 0 0\nvn 0 0 1\nf 1/1/1 2//1 3\n"
                 "f -4 -2 -1\n"),
        bytes_of(
            "# units: mm\nv +1.0 -1.#IND 2 255 0 0 # c\nv 412345.25 5654321.5 9 \\\n 1 2 3\nvt 0 1\nf 1/1 \\\n2 1\n")};
}

void run(Input input) {
    draw(parse_obj(characters(input), "input"));
}

} // namespace echollama::fuzz
