// What the networks that read give back, and the list of characters that a model file holds.
#include "fuzz.h"
#include "reader/characters.h"
#include "reader/line_crop.h"
#include "reader/text_map.h"
#include "wording/reading_order.h"

#include <cstring>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

// Every four bytes a float, of any kind.
std::vector<float> floats_of(Input input) {
    std::vector<float> values(input.size() / sizeof(float));
    if (!values.empty()) {
        std::memcpy(values.data(), input.data(), values.size() * sizeof(float));
    }
    return values;
}

Bytes bytes_of_floats(std::vector<float> const& values) {
    Bytes bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

void read_map(std::vector<float> const& values, int width) {
    if (values.empty()) {
        return;
    }
    int const height = static_cast<int>(values.size()) / width;
    std::span<float const> const map(values.data(), static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    if (map.empty()) {
        return;
    }
    Image const picture{40, 30, std::vector<std::uint8_t>(3 * 40 * 30, std::uint8_t{7})};
    std::vector<TextLine> lines;
    for (auto const& place : find_text({width, height, map}, {.box_threshold = 0.1F})) {
        auto const line = cut_line(picture, place.corners, 16, 8);
        if (line.rgb.front() != 7) {
            throw std::logic_error("a line shows what is not in the picture");
        }
        lines.push_back({{{"word", 1}}, place.corners, 0});
    }
    // Any corners at all, as far as there are values.
    for (std::size_t i = 0; i + 8 <= values.size() && lines.size() < 50; i += 8) {
        std::array<Point, 4> corners;
        for (std::size_t k = 0; k < 4; ++k) {
            corners[k] = {values[i + 2 * k], values[i + 2 * k + 1]};
        }
        lines.push_back({{{"word", 1}}, corners, 0});
    }
    auto const count = lines.size();
    std::size_t words = 0;
    for (auto const& line : in_reading_order(std::move(lines))) {
        words += line.words.size();
    }
    if (words != count) {
        throw std::logic_error("lines were lost or doubled");
    }
}

} // namespace

// The first byte: the width of the map. Then the list of characters, then floats.
std::vector<Bytes> seeds() {
    std::vector<float> map(24 * 16, 0.0F);
    for (std::size_t y = 4; y < 10; ++y) {
        for (std::size_t x = 3; x < 20; ++x) {
            map[24 * y + x] = 0.9F;
        }
    }
    auto whole = joined(bytes_of("a\nb\n\u00e9"), bytes_of_floats(map));
    auto steps = joined(bytes_of("a"), bytes_of_floats({0.1F, 0.8F, 0.1F, 0.9F, 0.05F, 0.05F}));
    whole.insert(whole.begin(), 24);
    steps.insert(steps.begin(), 3);
    return {whole, steps};
}

void run(Input input) {
    if (input.empty()) {
        return;
    }
    int const width = std::max(1, static_cast<int>(input[0]));
    auto const [list, numbers] = parted(input.subspan(1));
    auto const values = floats_of(numbers);
    read_map(values, width);
    auto const characters = read_character_list(std::string(text_of(list)));
    auto const whole = values.size() - values.size() % characters.size();
    for (auto const& word : read_steps(std::span(values).first(whole), characters)) {
        if (word.text.empty() || word.text.find(' ') != std::string::npos || !(word.confidence <= 1)) {
            throw std::logic_error("a word that is none");
        }
    }
}

} // namespace echollama::fuzz
