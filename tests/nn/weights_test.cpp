// Opening model files: what fits is found, what does not is refused with a sentence, nothing ends the program.
#include "base/counter_rng.h"
#include "base/error.h"
#include "nn/gguf_head.h"
#include "nn/weights.h"
#include "support/support.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace echollama::nn {
namespace {

std::string bytes_of(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(std::filesystem::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

class WeightsFile : public ::testing::Test {
  protected:
    // Two tensors and one value of every kind.
    void SetUp() override {
        gguf_context_ptr gguf(gguf_init_empty());
        ggml_context_ptr tensors(ggml_init({1 << 16, nullptr, false}));
        gguf_set_val_str(gguf.get(), "general.architecture", "toy");
        gguf_set_val_u32(gguf.get(), "toy.count", 7);
        gguf_set_val_f32(gguf.get(), "toy.scale", 0.5F);
        std::vector<std::int32_t> list{3, 1, 2};
        gguf_set_arr_data(gguf.get(), "toy.list", GGUF_TYPE_INT32, list.data(), list.size());
        std::vector<char const*> names{"cat", "dog"};
        gguf_set_arr_str(gguf.get(), "toy.names", names.data(), names.size());
        add(gguf.get(), ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, 4, 3), "matrix");
        add(gguf.get(), ggml_new_tensor_1d(tensors.get(), GGML_TYPE_F16, 8), "half");
        add(gguf.get(), ggml_new_tensor_2d(tensors.get(), GGML_TYPE_Q4_1, 32, 2), "other");
        ASSERT_TRUE(gguf_write_to_file(gguf.get(), good().c_str(), false));
    }

    static void add(gguf_context* gguf, ggml_tensor* tensor, char const* name) {
        ggml_set_name(tensor, name);
        std::memset(tensor->data, 0, ggml_nbytes(tensor));
        gguf_add_tensor(gguf, tensor);
    }

    std::filesystem::path good() const { return dir_ / "good.gguf"; }
    std::filesystem::path bad() const { return dir_ / "bad.gguf"; }
    Weights open(std::filesystem::path const& path) const { return {path, "toy", backend_}; }

    test::TempDir dir_;
    Backend backend_ = make_backend(1);
};

TEST_F(WeightsFile, GivesWhatItHolds) {
    auto weights = open(good());
    EXPECT_EQ(weights.u32("toy.count"), 7U);
    EXPECT_EQ(weights.f32("toy.scale"), 0.5F);
    EXPECT_EQ(weights.i32_array("toy.list"), (std::vector<std::int32_t>{3, 1, 2}));
    EXPECT_EQ(weights.text_array("toy.names"), (std::vector<std::string>{"cat", "dog"}));
    EXPECT_NE(weights.tensor("matrix", {4, 3}), nullptr);
    EXPECT_EQ(weights.dimension("matrix", 0), 4);
    EXPECT_EQ(gguf_architecture(good()), "toy");
}

TEST_F(WeightsFile, SaysWhichTensorDiffersAndHow) {
    auto weights = open(good());
    auto shape = test::refusal([&] { weights.tensor("matrix", {3, 4}); });
    for (char const* part : {"good.gguf", "matrix", "4x3x1x1", "3x4x1x1"}) {
        EXPECT_NE(shape.find(part), std::string::npos) << shape;
    }
    auto missing = test::refusal([&] { weights.tensor("absent", {3, 4}); });
    EXPECT_NE(missing.find("absent"), std::string::npos) << missing;
    auto type = test::refusal([&] { weights.tensor("other", {32, 2}); });
    EXPECT_NE(type.find("q4_1"), std::string::npos) << type;
    auto vector = test::refusal([&] { weights.tensor("half", {8}); });
    EXPECT_NE(vector.find("f16"), std::string::npos) << vector;
    auto key = test::refusal([&] { weights.f32("toy.count"); });
    EXPECT_NE(key.find("toy.count"), std::string::npos) << key;
    auto kind = test::refusal([&] { Weights(good(), "centernet", backend_); });
    EXPECT_NE(kind.find("toy"), std::string::npos) << kind;
}

TEST_F(WeightsFile, MissingFoldersAndOtherFilesAreRefused) {
    EXPECT_THROW(open(dir_ / "absent.gguf"), Error);
    EXPECT_THROW(open(dir_.path()), Error);
    for (std::string const& text : {std::string(), std::string("GGUF"), std::string(1000, 'x')}) {
        write_bytes(bad(), text);
        EXPECT_THROW(open(bad()), Error);
        EXPECT_EQ(gguf_architecture(bad()), "");
    }
}

TEST_F(WeightsFile, EveryTruncationIsRefused) {
    auto bytes = bytes_of(good());
    // the writer pads the last tensor; only what cuts into it must be refused
    auto padding = 32 - ggml_row_size(GGML_TYPE_Q4_1, 32) * 2 % 32;
    for (std::size_t length = 0; length < bytes.size() - padding; ++length) {
        write_bytes(bad(), bytes.substr(0, length));
        EXPECT_THROW(open(bad()), Error) << length;
    }
}

TEST_F(WeightsFile, DimensionsWhoseProductOverflowsAreRefused) {
    auto bytes = bytes_of(good());
    auto at = bytes.find("matrix") + 6 + 4; // after name and rank
    std::uint64_t huge[2] = {1ULL << 32, 1ULL << 32};
    bytes.replace(at, sizeof huge, reinterpret_cast<char const*>(huge), sizeof huge);
    write_bytes(bad(), bytes);
    auto sentence = test::refusal([&] { open(bad()); });
    EXPECT_NE(sentence.find("matrix"), std::string::npos) << sentence;
}

// Random damage either leaves a readable file or gives an Error.
TEST_F(WeightsFile, DamageNeverEndsTheProgram) {
    auto bytes = bytes_of(good());
    int refused = 0;
    for (std::uint64_t round = 0; round < 3000; ++round) {
        auto damaged = bytes;
        for (std::uint64_t i = 0; i <= round % 4; ++i) {
            auto random = splitmix64(round, i);
            damaged[random % damaged.size()] = static_cast<char>(random >> 32);
        }
        write_bytes(bad(), damaged);
        try {
            auto weights = open(bad());
            weights.tensor("matrix", {4, 3});
            weights.text_array("toy.names");
        } catch (Error const&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 100);
    EXPECT_LT(refused, 3000); // damage to numbers alone is not seen
}

} // namespace
} // namespace echollama::nn
