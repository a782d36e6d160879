#include "onnx/session.h"
#include "support/onnx_writer.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama::onnx {
namespace {

using namespace echollama::test;

std::filesystem::path write(TempDir const& folder, std::string const& name, std::string const& bytes) {
    auto path = folder / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

// sum = x + float(ids): [any, 2]
std::string adding_model() {
    return onnx_model({onnx_node("Cast", {"ids"}, "floats", onnx_int_attribute("to", onnx_float)),
                       onnx_node("Add", {"x", "floats"}, "sum")},
                      {onnx_value("x", onnx_float, {0, 2}), onnx_value("ids", onnx_int64, {2})},
                      {onnx_value("sum", onnx_float, {0, 2})},
                      onnx_metadata_entry("character", "a\nb") + onnx_metadata_entry("empty", ""));
}

class SessionTest : public ::testing::Test {
  protected:
    Session adding() { return {write(folder_, "adding.onnx", adding_model()), 1}; }
    TempDir folder_;
};

TEST_F(SessionTest, SaysWhatTheFileHolds) {
    auto const session = adding();
    ASSERT_EQ(session.inputs().size(), 2U);
    EXPECT_EQ(session.inputs()[0].name, "x");
    EXPECT_EQ(session.inputs()[0].element, Element::float32);
    EXPECT_EQ(session.inputs()[0].shape, (std::vector<std::int64_t>{-1, 2}));
    EXPECT_EQ(session.inputs()[1].name, "ids");
    EXPECT_EQ(session.inputs()[1].element, Element::int64);
    ASSERT_EQ(session.outputs().size(), 1U);
    EXPECT_EQ(session.outputs()[0].name, "sum");
    EXPECT_EQ(session.metadata("character"), "a\nb");
    EXPECT_EQ(session.metadata("empty"), "");
    EXPECT_EQ(session.metadata("absent"), std::nullopt);
}

TEST_F(SessionTest, TakesFloatsAndIntegersAndGivesFloats) {
    auto const session = adding();
    std::vector<float> const x{1, 2, 3, 4, 5, 6};
    std::vector<std::int64_t> const ids{10, 20};
    // In another order than the file's: inputs go by their names.
    auto const outputs = session.run({{"ids", {2}, ids}, {"x", {3, 2}, x}});
    ASSERT_EQ(outputs.size(), 1U);
    EXPECT_EQ(outputs[0].shape, (std::vector<std::int64_t>{3, 2}));
    EXPECT_EQ(std::vector<float>(outputs[0].values.begin(), outputs[0].values.end()),
              (std::vector<float>{11, 22, 13, 24, 15, 26}));
}

TEST_F(SessionTest, OutputsOutliveTheSession) {
    std::vector<Output> outputs;
    std::vector<float> const x{1, 2};
    std::vector<std::int64_t> const ids{3, 4};
    {
        auto const session = adding();
        outputs = session.run({{"x", {1, 2}, x}, {"ids", {2}, ids}});
    }
    ASSERT_EQ(outputs.size(), 1U);
    EXPECT_EQ(outputs[0].values[1], 6);
}

TEST_F(SessionTest, RefusesInputsThatDoNotFit) {
    auto const session = adding();
    std::vector<float> const x{1, 2, 3};
    std::vector<std::int64_t> const ids{3, 4};
    std::vector<std::int32_t> const narrow{3, 4};
    EXPECT_NE(refusal([&] {
                  session.run({{"x", {2, 2}, x}, {"ids", {2}, ids}});
              }).find("3 values instead of 4"),
              std::string::npos);
    EXPECT_NE(refusal([&] { session.run({{"x", {1, 3}, x}, {"ids", {2}, ids}}); }), "");
    EXPECT_NE(refusal([&] { session.run({{"x", {-1, -3}, x}, {"ids", {2}, ids}}); }), "");
    EXPECT_NE(refusal([&] { session.run({{"ids", {2}, ids}}); }), "");
    EXPECT_NE(refusal([&] { session.run({{"x", {1, 3}, x}, {"ids", {2}, narrow}}); }), "");
    EXPECT_NE(refusal([&] { session.run({{"nobody", {1, 3}, x}, {"ids", {2}, ids}}); }), "");
}

TEST_F(SessionTest, GivesNothingWhenStopped) {
    auto const session = adding();
    std::vector<float> const x{1, 2};
    std::vector<std::int64_t> const ids{3, 4};
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(session.run({{"x", {1, 2}, x}, {"ids", {2}, ids}}, stop.get_token()).empty());
}

TEST_F(SessionTest, RefusesOutputsOfOtherElements) {
    auto const model = onnx_model({onnx_node("Cast", {"x"}, "y", onnx_int_attribute("to", onnx_double))},
                                  {onnx_value("x", onnx_float, {1})}, {onnx_value("y", onnx_double, {1})});
    Session const session(write(folder_, "double.onnx", model), 1);
    EXPECT_EQ(session.outputs()[0].element, Element::other);
    std::vector<float> const x{1};
    EXPECT_NE(refusal([&] { session.run({{"x", {1}, x}}); }).find("32-bit floats"), std::string::npos);
}

TEST_F(SessionTest, RefusesFilesThatAreNoNetwork) {
    auto const whole = adding_model();
    EXPECT_NE(refusal([&] { Session(folder_ / "absent.onnx", 1); }).find("no such file"), std::string::npos);
    EXPECT_NE(refusal([&] { Session(folder_.path(), 1); }), "");
    EXPECT_NE(refusal([&] { Session(write(folder_, "empty.onnx", ""), 1); }), "");
    EXPECT_NE(refusal([&] { Session(write(folder_, "text.onnx", "This is no network."), 1); }), "");
    EXPECT_NE(refusal([&] { Session(write(folder_, "cut.onnx", whole.substr(0, whole.size() / 2)), 1); }), "");
    auto const unknown = onnx_model({onnx_node("NoSuchOperation", {"x"}, "y")}, {onnx_value("x", onnx_float, {1})},
                                    {onnx_value("y", onnx_float, {1})});
    EXPECT_NE(refusal([&] { Session(write(folder_, "unknown.onnx", unknown), 1); }).find("NoSuchOperation"),
              std::string::npos);
}

} // namespace
} // namespace echollama::onnx
