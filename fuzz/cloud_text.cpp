// Which kind of cloud something is, and numbers, comments and viewpoints written as text.
#include "base/error.h"
#include "cloud.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/written_number.h"

#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("-1.5"),
            bytes_of("+1.0D+02"),
            bytes_of("-1.#IND00"),
            bytes_of("1,5"),
            bytes_of("412346,5654318,88"),
            bytes_of("# File units = mm\n"),
            bytes_of("# x\nv 1 2 3\n"),
            bytes_of(R"({"asset":{"version":"2.0"}})")};
}

void run(Input input) {
    auto const text = std::string_view(characters(input).data(), input.size());
    written_number(text);
    if (number_trouble(text).size() > 200 || comment_start(text) > text.size() ||
        units_in_comments(characters(input)) < 0) {
        std::abort();
    }
    is_point_cloud(characters(input), "-");
    PointCloud cloud;
    cloud.points = {{0, 0, 1}, {1, 1, 2}};
    try {
        viewpoint_from(std::string(text), "auto", cloud);
    } catch (Error const&) { // no viewpoint
    }
}

} // namespace echollama::fuzz
