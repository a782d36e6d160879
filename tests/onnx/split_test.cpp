// A network whose large numbers lie beside it computes what it computes in one piece.
#include "base/error.h"
#include "convert/voice_files.h"
#include "formats/onnx_metadata.h"
#include "formats/onnx_weights.h"
#include "onnx/session.h"
#include "support/onnx_writer.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace echollama::onnx {
namespace {

namespace fs = std::filesystem;
using namespace echollama::test;

constexpr std::uint64_t many = 300;

std::string float_bytes(std::vector<float> const& values) {
    return {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(float)};
}

// TensorProto: dims, data_type, name, raw_data
std::string onnx_numbers(std::string const& name, std::vector<float> const& values) {
    return number_field(1, values.size()) + number_field(2, onnx_float) + bytes_field(8, name) +
           bytes_field(9, float_bytes(values));
}

std::vector<float> counted(std::size_t count, float from) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = from + static_cast<float>(i) / 8;
    }
    return values;
}

// y = (x + large + other) * small, x and y [many]; GraphProto.initializer is field 5.
std::string weighted_model() {
    auto model = onnx_model({onnx_node("Add", {"x", "large"}, "a"), onnx_node("Add", {"a", "other"}, "b"),
                             onnx_node("Mul", {"b", "small"}, "y")},
                            {onnx_value("x", onnx_float, {many})}, {onnx_value("y", onnx_float, {many})},
                            onnx_metadata_entry("key", "value"));
    std::string graph;
    for (auto const& numbers : {onnx_numbers("large", counted(many, 5)), onnx_numbers("other", counted(many, -70)),
                                onnx_numbers("small", {0.5F})}) {
        graph += bytes_field(5, numbers);
    }
    return model + bytes_field(7, graph); // a message that comes twice is one
}

void write(fs::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<float> computed(fs::path const& network) {
    Session const session(network, 1, Optimise::nothing);
    auto const x = counted(many, 1);
    auto const outputs = session.run({{"x", {static_cast<std::int64_t>(many)}, x}});
    return {outputs.at(0).values.begin(), outputs.at(0).values.end()};
}

std::optional<std::string> entry_of(fs::path const& network, std::string const& key) {
    std::ifstream file(network, std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(file), {}};
    auto const entries = onnx_metadata(bytes).value();
    auto const found = entries.find(key);
    return found == entries.end() ? std::nullopt : std::optional(found->second);
}

TEST(SplitOnnx, ComputesWhatTheWholeNetworkDoes) {
    TempDir dir;
    write(dir / "whole.onnx", weighted_model());
    fs::create_directory(dir / "split");
    convert::copy_split_onnx(dir / "whole.onnx", convert::onnx_entry("more", "words"), dir / "split/model.onnx");
    auto const bytes = fs::file_size(dir / "split" / onnx_weights_file);
    EXPECT_EQ(bytes, 1216 + 1200) << "the second begins at a multiple of 64";
    EXPECT_LT(fs::file_size(dir / "split/model.onnx"), 700U) << "without the 2400 bytes of numbers";
    EXPECT_EQ(entry_of(dir / "split/model.onnx", onnx_weights_entry), std::to_string(bytes));
    EXPECT_EQ(entry_of(dir / "split/model.onnx", "key"), "value");
    EXPECT_EQ(entry_of(dir / "split/model.onnx", "more"), "words");
    auto const y = computed(dir / "split/model.onnx");
    EXPECT_EQ(y, computed(dir / "whole.onnx"));
    EXPECT_EQ(y.at(8), (counted(many, 1)[8] + counted(many, 5)[8] + counted(many, -70)[8]) * 0.5F);
}

TEST(SplitOnnx, WhatIsSplitAlreadyStaysAsItIs) {
    std::ostringstream weights, again;
    auto const once = split_onnx(weighted_model(), weights);
    ASSERT_TRUE(once);
    auto const twice = split_onnx(once->network, again);
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->weights, 0U);
    EXPECT_EQ(twice->network, once->network);
    EXPECT_EQ(again.str(), "");
}

TEST(SplitOnnx, SmallNumbersStayAndNoFileIsLeft) {
    TempDir dir;
    write(dir / "small.onnx", onnx_model({onnx_node("Neg", {"x"}, "y")}, {onnx_value("x", onnx_float, {many})},
                                         {onnx_value("y", onnx_float, {many})}));
    fs::create_directory(dir / "split");
    convert::copy_split_onnx(dir / "small.onnx", "", dir / "split/model.onnx");
    EXPECT_FALSE(fs::exists(dir / "split" / onnx_weights_file));
    EXPECT_EQ(entry_of(dir / "split/model.onnx", onnx_weights_entry), std::nullopt);
    EXPECT_EQ(computed(dir / "split/model.onnx").at(0), -1);
}

TEST(SplitOnnx, EveryTruncationIsRefusedOrIsShorterByWholeFields) {
    auto const whole = weighted_model();
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        std::ostringstream weights;
        auto const split = split_onnx(std::string_view(whole).substr(0, length), weights);
        refused += split ? 0 : 1;
        EXPECT_TRUE(!split || weights.str().size() == split->weights) << length;
    }
    EXPECT_GT(refused, whole.size() - 10); // fields of the outermost message
    TempDir dir;
    write(dir / "cut.onnx", whole.substr(0, whole.size() - 1));
    auto const sentence = refusal([&] { convert::copy_split_onnx(dir / "cut.onnx", "", dir / "model.onnx"); });
    EXPECT_NE(sentence.find("cut.onnx is damaged or cut short"), std::string::npos) << sentence;
    EXPECT_FALSE(fs::exists(dir / onnx_weights_file));
}

TEST(SplitOnnx, WhatIsLargerThanTheFormatAllowsIsNotRead) {
    TempDir dir;
    write(dir / "endless.onnx", "\x08");
    fs::resize_file(dir / "endless.onnx", std::uintmax_t{1} << 40); // takes no room
    auto const sentence = refusal([&] { convert::copy_split_onnx(dir / "endless.onnx", "", dir / "model.onnx"); });
    EXPECT_NE(sentence.find("larger than an ONNX file can be"), std::string::npos) << sentence;
}

} // namespace
} // namespace echollama::onnx
