#include "support/synthetic.h"

#include "base/counter_rng.h"
#include "support/devices.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace echollama::test {
namespace {

std::vector<std::string> split(std::string const& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

} // namespace

// The compiler must not fuse the product and the sum: tests/CMakeLists.txt sets -ffp-contract=off for this file.
std::vector<float> values_from_name(std::string const& name, std::size_t count, float scale, float offset) {
    auto h = fnv1a64(name);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        float product = scale * (2 * uniform(h, i) - 1);
        values[i] = offset + product;
    }
    return values;
}

std::vector<int> codes_from_name(std::string const& name, std::size_t count) {
    auto h = fnv1a64(name);
    std::vector<int> codes(count);
    for (std::size_t i = 0; i < count; ++i) {
        codes[i] = static_cast<int>(splitmix64(h, i) >> 52U);
    }
    return codes;
}

std::vector<std::map<std::string, std::string>> read_table(std::filesystem::path const& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        throw std::runtime_error("cannot read " + path.string());
    }
    auto names = split(line, '\t');
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(file, line)) {
        auto cells = split(line, '\t');
        cells.resize(names.size());
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i) {
            row[names[i]] = cells[i];
        }
    }
    return rows;
}

std::vector<std::int64_t> parse_shape(std::string const& text) {
    std::vector<std::int64_t> shape;
    for (auto const& part : split(text, 'x')) {
        shape.push_back(std::stoll(part));
    }
    return shape;
}

std::vector<SyntheticTensor> synthetic_weights(std::filesystem::path const& weights_tsv) {
    std::vector<SyntheticTensor> tensors;
    for (auto const& row : read_table(weights_tsv)) {
        auto shape = parse_shape(row.at("shape"));
        auto count = static_cast<std::size_t>(convert::element_count(shape));
        float scale = std::stof(row.at("scale"));
        float offset = std::stof(row.at("offset"));
        std::string name = row.at("name");
        tensors.push_back({name, shape, [=] { return values_from_name(name, count, scale, offset); }});
    }
    return tensors;
}

std::vector<SyntheticTensor> synthetic_original_weights(std::filesystem::path const& weights_tsv,
                                                        std::filesystem::path const& original_names_tsv) {
    std::map<std::string, std::function<std::vector<float>()>> makers;
    for (auto const& tensor : synthetic_weights(weights_tsv)) {
        makers[tensor.name] = tensor.values;
    }
    std::vector<SyntheticTensor> tensors;
    for (auto const& row : read_table(original_names_tsv)) {
        auto shape = parse_shape(row.at("shape"));
        std::string name = row.at("name");
        std::string source = row.at("source");
        std::function<std::vector<float>()> make;
        if (source.starts_with("unused:scale=")) {
            float scale = std::stof(source.substr(std::string("unused:scale=").size()));
            auto count = static_cast<std::size_t>(convert::element_count(shape));
            make = [=] { return values_from_name(name, count, scale); };
        } else {
            std::vector<std::function<std::vector<float>()>> parts;
            for (auto const& part : split(source, ' ')) {
                parts.push_back(makers.at(part));
            }
            make = [parts] {
                std::vector<float> all;
                for (auto const& part : parts) {
                    auto values = part();
                    all.insert(all.end(), values.begin(), values.end());
                }
                return all;
            };
        }
        tensors.push_back({name, shape, make});
    }
    return tensors;
}

Golden::Golden(std::string const& file) : numbers_(convert::open_checkpoint(golden(file))) {
    auto path = std::filesystem::path(file);
    for (auto const& row : read_table(golden((path.parent_path() / "taps.tsv").string()))) {
        if (row.at("file") == path.filename()) {
            lines_.push_back({row.at("tap"), row.at("shape"), row.at("stride"), std::stod(row.at("mean")),
                              std::stod(row.at("f32_max_abs_dev")), std::stod(row.at("f32_rel_l2_dev")),
                              std::stod(row.at("l2")), std::stod(row.at("min")), std::stod(row.at("max"))});
        }
    }
}

std::vector<std::string> Golden::taps() const {
    std::vector<std::string> names;
    for (auto const& l : lines_) {
        names.push_back(l.tap);
    }
    return names;
}

Golden::Line const& Golden::line(std::string const& tap) const {
    for (auto const& l : lines_) {
        if (l.tap == tap) {
            return l;
        }
    }
    throw std::runtime_error("taps.tsv has no tap " + tap);
}

std::vector<float> Golden::pick(Line const& line, std::vector<float> const& values) const {
    std::vector<float> picked;
    if (line.stride.find_first_not_of("0123456789") != std::string::npos) { // rows and columns 0, 4, 8, …
        auto shape = parse_shape(line.shape);
        for (std::int64_t y = 0; y < shape.at(1); y += 4) {
            for (std::int64_t x = 0; x < shape.at(2); x += 4) {
                picked.push_back(values.at(static_cast<std::size_t>(y * shape[2] + x)));
            }
        }
        return picked;
    }
    for (std::size_t i = 0; i < values.size(); i += std::stoul(line.stride)) {
        picked.push_back(values[i]);
    }
    return picked;
}

Golden::Deviation Golden::deviation(std::string const& tap, std::vector<float> const& values) const {
    auto const& l = line(tap);
    auto expected = numbers_.read(tap);
    auto picked = pick(l, values);
    if (picked.size() != expected.size() ||
        static_cast<std::int64_t>(values.size()) != convert::element_count(parse_shape(l.shape))) {
        throw std::runtime_error("tap " + tap + " has " + std::to_string(values.size()) + " elements, expected shape " +
                                 l.shape);
    }
    Deviation d;
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        double difference = static_cast<double>(picked[i]) - static_cast<double>(expected[i]);
        if (std::isnan(difference)) {
            return {INFINITY, INFINITY};
        }
        error += difference * difference;
        norm += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
        d.largest = std::max(d.largest, std::abs(difference));
    }
    d.relative_l2 = std::sqrt(error / std::max(norm, 1e-30));
    return d;
}

std::string Golden::compare(std::string const& tap, std::vector<float> const& values) const {
    auto const& l = line(tap);
    auto d = deviation(tap, values);
    double relative_limit = slack() * std::max(10 * l.rel_dev, 2e-6);
    // where the original has no deviation of its own: float32 rounding of the largest value
    double largest_limit = slack() * std::max(20 * l.max_dev, 1e-6 * std::max(std::abs(l.low), std::abs(l.high)));
    if (d.relative_l2 <= relative_limit && d.largest <= largest_limit) {
        return "";
    }
    std::ostringstream text;
    text << tap << ": relative L2 " << d.relative_l2 << " (limit " << relative_limit << "), largest " << d.largest
         << " (limit " << largest_limit << ")";
    return text.str();
}

std::vector<float> to_planar(std::vector<float> const& values, std::int64_t c, std::int64_t w, std::int64_t h) {
    if (static_cast<std::int64_t>(values.size()) != c * w * h) {
        throw std::runtime_error("to_planar: wrong shape");
    }
    std::vector<float> planar(values.size());
    for (std::int64_t p = 0; p < w * h; ++p) {
        for (std::int64_t k = 0; k < c; ++k) {
            planar[static_cast<std::size_t>(k * w * h + p)] = values[static_cast<std::size_t>(p * c + k)];
        }
    }
    return planar;
}

} // namespace echollama::test
