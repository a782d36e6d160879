// Depth pictures of every kind, what their readings may be measured in, and holes.
#include "media/depth/depth_file.h"

#include "fuzz.h"
#include "media/depth/depth_units.h"
#include "media/depth_writers.h"
#include "media/picture/png16.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    std::vector<float> const values{0, 1000, 2000, 3000, 65535, 5};
    std::vector<Bytes> all{written("depth.png", [&](auto const& path) {
        save_png16(path, 3, 2, std::vector<std::uint16_t>(values.begin(), values.end()));
    })};
    for (auto const* type : {"<f4", ">u2", "<f2", "<f8"}) {
        all.push_back(test::npy(values, 3, type, "(2, 3)"));
    }
    all.push_back(test::npy(values, 3, "<f4", "(1, 2, 3)", true, 2));
    for (int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
        test::TiffSpec spec{.width = 3, .height = 2, .channels = 1, .bits = 16, .compression = compression};
        all.push_back(test::encode_tiff(spec, test::samples<std::uint16_t>(values)));
        spec.bits = 32;
        spec.format = SAMPLEFORMAT_IEEEFP;
        spec.tiled = true;
        all.push_back(test::encode_tiff(spec, test::samples<float>(values)));
    }
    for (int compression : {0, 1, 3, 4}) {
        all.push_back(test::exr(values, 3, 2, {"Z"}, compression));
    }
    all.push_back(test::bytes_from(std::string_view("P5\n2 1\n65535\n\1\2\3\4", 17)));
    return all;
}

void run(Input input) {
    auto readings = parse_depth_file(input, "input");
    remove_saturated(readings.values);
    depth_unit_guesses(readings.values);
}

} // namespace echollama::fuzz
