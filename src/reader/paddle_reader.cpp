#include "reader/paddle_reader.h"

#include "base/error.h"
#include "media/picture/resize.h"
#include "onnx/session.h"
#include "reader/characters.h"
#include "reader/line_crop.h"
#include "reader/text_map.h"
#include "wording/reading_order.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr int line_height = 48;    // of the recogniser and of the orientation network
constexpr int turn_width = 192;    // of the orientation network
constexpr int longest_line = 3200; // columns at that height; longer ones are pressed together
constexpr std::size_t most_lines = 500;
constexpr int longest_side = 1280; // of the picture that lines are looked for in

// What the networks take: blue, green, red planes, (value / 255 - 0.5) / 0.5; columns up to `width` are grey (0).
std::vector<float> planes_of(Image const& image, int width) {
    auto const plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(image.height);
    std::vector<float> values(3 * plane, 0.0F);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            auto const* pixel = image.pixel(x, y);
            auto const at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
            for (std::size_t c = 0; c < 3; ++c) {
                values[c * plane + at] = (static_cast<float>(pixel[2 - c]) / 255 - 0.5F) / 0.5F;
            }
        }
    }
    return values;
}

onnx::Output run_one(onnx::Session const& session, std::vector<float> const& values, int width, int height,
                     std::stop_token stop) {
    auto outputs = session.run({{session.inputs().at(0).name, {1, 3, height, width}, values}}, std::move(stop));
    return outputs.empty() ? onnx::Output{} : outputs.front();
}

void check_network(onnx::Session const& session, std::filesystem::path const& file, std::size_t output_rank) {
    bool fits = session.inputs().size() == 1 && session.outputs().size() == 1 &&
                session.inputs()[0].shape.size() == 4 && session.inputs()[0].element == onnx::Element::float32 &&
                session.outputs()[0].shape.size() == output_rank;
    if (!fits) {
        throw Error("The network " + file.string() + " is not one of PP-OCR's; install the reading model again.");
    }
}

// Sides are multiples of 32.
Image for_detector(Image const& image) {
    float const scale =
        std::min(1.0F, static_cast<float>(longest_side) / static_cast<float>(std::max(image.width, image.height)));
    auto side = [&](int size) {
        return std::max(32, static_cast<int>(std::lround(static_cast<float>(size) * scale / 32)) * 32);
    };
    int const width = side(image.width), height = side(image.height);
    return width == image.width && height == image.height ? image : resize_bilinear(image, width, height);
}

struct ReadLine {
    std::vector<TextWord> words;
    float certainty = 0;
    bool turned = false; // read upside down
};

class PaddleReader : public Reader {
  public:
    PaddleReader(std::filesystem::path const& folder, int threads)
        : detector_(folder / "det.onnx", threads), recogniser_(folder / "rec.onnx", threads),
          orientation_(folder / "cls.onnx", threads) {
        check_network(detector_, folder / "det.onnx", 4);
        check_network(recogniser_, folder / "rec.onnx", 3);
        check_network(orientation_, folder / "cls.onnx", 2);
        characters_ = read_character_list(recogniser_.metadata("character").value_or(""));
    }

    std::vector<TextLine> read(Image const& image, std::stop_token stop) override {
        std::vector<TextLine> lines;
        for (auto place : find_places(image, stop)) {
            auto line = read_place(image, place, stop);
            if (is_read(line.words)) {
                lines.push_back(line_of(place, std::move(line)));
            }
        }
        return stop.stop_requested() ? std::vector<TextLine>() : in_reading_order(std::move(lines));
    }

  private:
    // In pixels of the picture.
    std::vector<Quad> find_places(Image const& image, std::stop_token const& stop) {
        auto const small = for_detector(image);
        auto const map = run_one(detector_, planes_of(small, small.width), small.width, small.height, stop);
        std::vector<Quad> places;
        if (stop.stop_requested()) {
            return places;
        }
        float const sx = static_cast<float>(image.width) / static_cast<float>(small.width);
        float const sy = static_cast<float>(image.height) / static_cast<float>(small.height);
        for (auto const& found : find_text({small.width, small.height, map.values}, {.most = most_lines})) {
            auto quad = found.corners;
            for (auto& corner : quad) {
                corner = {std::clamp(corner.x * sx, 0.0F, static_cast<float>(image.width)),
                          std::clamp(corner.y * sy, 0.0F, static_cast<float>(image.height))};
            }
            places.push_back(quad);
        }
        return places;
    }

    ReadLine read_place(Image const& image, Quad& place, std::stop_token const& stop) {
        auto const size = size_of(place);
        if (size.height >= 1.5F * size.width) { // stands on end: as PaddleOCR turns it, anticlockwise
            place = {place[1], place[2], place[3], place[0]};
        }
        return read_line(image, place, stop);
    }

    ReadLine read_line(Image const& image, Quad const& place, std::stop_token const& stop) {
        auto const size = size_of(place);
        int const width =
            std::clamp(static_cast<int>(std::ceil(line_height * size.width / size.height)), 1, longest_line);
        auto const upright = cut_line(image, place, width, line_height);
        auto read = recognise(upright, stop);
        if (seems_turned(image, place, stop)) {
            auto other = recognise(turned_around(upright), stop);
            other.turned = true;
            return other.certainty > read.certainty ? other : read;
        }
        return read;
    }

    ReadLine recognise(Image const& line, std::stop_token const& stop) {
        auto const output = run_one(recogniser_, planes_of(line, line.width), line.width, line.height, stop);
        ReadLine read;
        read.words = read_steps(output.values, characters_);
        read.certainty = certainty_of(read.words);
        return read;
    }

    bool seems_turned(Image const& image, Quad const& place, std::stop_token const& stop) {
        auto const size = size_of(place);
        int const width =
            std::clamp(static_cast<int>(std::ceil(line_height * size.width / size.height)), 1, turn_width);
        auto const output = run_one(orientation_, planes_of(cut_line(image, place, width, line_height), turn_width),
                                    turn_width, line_height, stop);
        return output.values.size() == 2 && output.values[1] > output.values[0];
    }

    static TextLine line_of(Quad const& place, ReadLine read) {
        TextLine line;
        line.words = std::move(read.words);
        for (std::size_t i = 0; i < 4; ++i) {
            line.corners[i] = place[read.turned ? (i + 2) % 4 : i];
        }
        return line;
    }

    onnx::Session detector_, recogniser_, orientation_;
    std::vector<std::string> characters_;
};

} // namespace

std::unique_ptr<Reader> make_paddle_reader(std::filesystem::path const& folder, int threads) {
    return std::make_unique<PaddleReader>(folder, threads);
}

} // namespace echollama
