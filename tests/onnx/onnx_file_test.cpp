// What an ONNX file holds, read without ONNX Runtime.
#include "formats/onnx_file.h"
#include "support/onnx_writer.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

namespace echollama {
namespace {

using test::bytes_field, test::number_field;

std::string floats(std::vector<float> const& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

std::string tensor(std::string const& name, std::vector<std::uint64_t> const& shape, std::vector<float> const& values,
                   std::uint64_t type = test::onnx_float) {
    std::string sizes;
    for (auto const size : shape) {
        sizes += number_field(1, size);
    }
    return sizes + number_field(2, type) + bytes_field(8, name) + bytes_field(9, floats(values));
}

// A list of whole numbers as exporters write it: each by itself, or all in one field.
std::string attribute(std::string const& name, std::vector<std::uint64_t> const& values, bool packed) {
    std::string numbers;
    for (auto const value : values) {
        auto const field = number_field(8, value);
        numbers += packed ? field.substr(1) : field;
    }
    return bytes_field(5, bytes_field(1, name) + (packed ? bytes_field(8, numbers) : numbers));
}

std::string model() {
    auto whole = test::onnx_model(
        {test::onnx_node("Conv", {"x", "w", "b"}, "y",
                         attribute("pads", {3, 300}, false) + attribute("strides", {2, 128}, true)),
         test::onnx_node("Gather", {"e", "x"}, "z", test::onnx_int_attribute("axis", 1))},
        {test::onnx_value("x", test::onnx_float, {0})}, {test::onnx_value("y", test::onnx_float, {0})});
    for (auto const& one : {tensor("w", {2, 1, 3}, {1, 2, 3, 4, 5, 6}), tensor("e", {}, {7}),
                            tensor("short", {3}, {1, 2}), tensor("other", {1}, {1}, test::onnx_double)}) {
        whole += bytes_field(7, bytes_field(5, one)); // a message that comes twice is one
    }
    return whole;
}

convert::OnnxFile read(test::TempDir const& dir, std::string const& bytes) {
    std::ofstream(dir / "model.onnx", std::ios::binary) << bytes;
    return convert::read_onnx(dir / "model.onnx");
}

TEST(OnnxFile, HoldsNumbersAndWhatUsesThem) {
    test::TempDir dir;
    auto const onnx = read(dir, model());
    EXPECT_EQ(onnx.inputs, std::vector<std::string>{"x"});
    ASSERT_EQ(onnx.nodes.size(), 2U);
    auto const* conv = onnx.reader_of("Conv", "w");
    ASSERT_NE(conv, nullptr);
    EXPECT_EQ(conv->inputs, (std::vector<std::string>{"x", "w", "b"}));
    EXPECT_EQ(conv->outputs, std::vector<std::string>{"y"});
    EXPECT_EQ(conv->numbers.at("pads"), (std::vector<std::int64_t>{3, 300}));
    EXPECT_EQ(conv->numbers.at("strides"), (std::vector<std::int64_t>{2, 128}));
    EXPECT_EQ(onnx.reader_of("Gather", "x")->numbers.at("axis").front(), 1);
    EXPECT_EQ(onnx.reader_of("Gather", "w"), nullptr);
    EXPECT_EQ(onnx.weights.tensor("w").shape, (std::vector<std::int64_t>{2, 1, 3}));
    EXPECT_EQ(onnx.weights.read("w"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(onnx.weights.read("e"), std::vector<float>{7}) << "one number has no sizes";
    EXPECT_FALSE(onnx.weights.has("short")) << "that lacks numbers";
    EXPECT_FALSE(onnx.weights.has("other")) << "of a type that nobody reads";
}

TEST(OnnxFile, DamageIsRefusedOrReadNeverWorse) {
    test::TempDir dir;
    auto const whole = model();
    std::size_t complete = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        complete += test::refusal([&] { read(dir, whole.substr(0, length)); }).empty() ? 1 : 0;
    }
    EXPECT_LT(complete, 12U) << "only a cut between two fields goes unnoticed";
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
        test::refusal([&] {
            auto const onnx = read(dir, damaged);
            for (auto const& each : onnx.weights.tensors()) {
                onnx.weights.read(each.name);
            }
        });
    }
    auto const huge = test::bytes_field(7, bytes_field(5, tensor("w", {1ULL << 40, 1ULL << 40}, {1})));
    EXPECT_FALSE(read(dir, number_field(1, 8) + huge).weights.has("w"));
    EXPECT_NE(test::refusal([&] { convert::read_onnx(dir / "absent.onnx"); }), "");
}

} // namespace
} // namespace echollama
