// The head of a GGUF file as this program reads it says what ggml's own reader says, and passes nothing that that one
// refuses.
#include "base/counter_rng.h"
#include "base/error.h"
#include "nn/gguf_head.h"
#include "support/support.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace echollama::nn {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(fs::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

void add(gguf_context* gguf, ggml_tensor* tensor, char const* name) {
    ggml_set_name(tensor, name);
    std::memset(tensor->data, 0, ggml_nbytes(tensor));
    gguf_add_tensor(gguf, tensor);
}

// A value of every kind, lists of several, and tensors of plain and of block types. Names are equally long, so that
// one can be written over another.
void write_toy(fs::path const& path) {
    gguf_context_ptr gguf(gguf_init_empty());
    ggml_context_ptr tensors(ggml_init({1 << 16, nullptr, false}));
    auto* g = gguf.get();
    gguf_set_val_str(g, "general.architecture", "toy");
    gguf_set_val_u8(g, "toy.val01", 1);
    gguf_set_val_i8(g, "toy.val02", -2);
    gguf_set_val_u16(g, "toy.val03", 3);
    gguf_set_val_i16(g, "toy.val04", -4);
    gguf_set_val_u32(g, "toy.val05", 5);
    gguf_set_val_i32(g, "toy.val06", -6);
    gguf_set_val_f32(g, "toy.val07", 0.5F);
    gguf_set_val_u64(g, "toy.val08", 8);
    gguf_set_val_i64(g, "toy.val09", -9);
    gguf_set_val_f64(g, "toy.val10", 0.25);
    gguf_set_val_bool(g, "toy.val11", true);
    gguf_set_val_str(g, "toy.val12", "some words");
    std::vector<std::int32_t> const list{3, 1, 2};
    gguf_set_arr_data(g, "toy.val13", GGUF_TYPE_INT32, list.data(), list.size());
    gguf_set_arr_data(g, "toy.val14", GGUF_TYPE_UINT32, list.data(), list.size());
    gguf_set_arr_data(g, "toy.val15", GGUF_TYPE_FLOAT32, list.data(), list.size());
    std::vector<char const*> words{"cat", "", "dog"};
    gguf_set_arr_str(g, "toy.val16", words.data(), words.size());
    gguf_set_val_u32(g, GGUF_KEY_GENERAL_ALIGNMENT, 64);
    add(g, ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, 4, 3), "tensor1");
    add(g, ggml_new_tensor_4d(tensors.get(), GGML_TYPE_F16, 8, 3, 2, 2), "tensor2");
    add(g, ggml_new_tensor_2d(tensors.get(), GGML_TYPE_Q4_1, 32, 2), "tensor3");
    gguf_write_to_file(g, path.c_str(), false);
}

struct Opened {
    gguf_context_ptr gguf;
    ggml_context_ptr tensors;
};

Opened open_with_ggml(fs::path const& path) {
    Opened opened;
    ggml_context* tensors = nullptr;
    opened.gguf.reset(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = &tensors}));
    opened.tensors.reset(tensors);
    return opened;
}

void expect_equal_value(GgufValue const& value, gguf_context const* gguf, std::int64_t id, std::string const& key) {
    auto const type = gguf_get_kv_type(gguf, id);
    ASSERT_EQ(value.is_list, type == GGUF_TYPE_ARRAY) << key;
    auto const element = value.is_list ? gguf_get_arr_type(gguf, id) : type;
    ASSERT_EQ(value.type, element) << key;
    bool const whole = element == GGUF_TYPE_UINT32 || element == GGUF_TYPE_INT32;
    if (value.is_list) {
        EXPECT_EQ(value.count, gguf_get_arr_n(gguf, id)) << key;
        if (whole && value.count > 0) {
            auto const* const numbers = static_cast<std::uint32_t const*>(gguf_get_arr_data(gguf, id));
            EXPECT_EQ(value.number, *std::max_element(numbers, numbers + value.count)) << key;
        }
    } else if (element == GGUF_TYPE_STRING) {
        EXPECT_EQ(value.text, gguf_get_val_str(gguf, id)) << key;
    } else if (whole) {
        std::uint32_t number = 0;
        std::memcpy(&number, gguf_get_val_data(gguf, id), sizeof number);
        EXPECT_EQ(value.number, number) << key;
    }
}

void expect_equal(GgufHead const& head, Opened const& opened) {
    auto const* const gguf = opened.gguf.get();
    ASSERT_EQ(static_cast<std::int64_t>(head.values.size()), gguf_get_n_kv(gguf));
    for (auto const& [key, value] : head.values) {
        auto const id = gguf_find_key(gguf, key.c_str());
        ASSERT_GE(id, 0) << key;
        expect_equal_value(value, gguf, id, key);
    }
    ASSERT_EQ(static_cast<std::int64_t>(head.tensors.size()), gguf_get_n_tensors(gguf));
    for (std::size_t i = 0; i < head.tensors.size(); ++i) {
        auto const& tensor = head.tensors[i];
        auto const id = static_cast<std::int64_t>(i);
        auto const* const other = ggml_get_tensor(opened.tensors.get(), tensor.name.c_str());
        ASSERT_TRUE(other) << tensor.name;
        EXPECT_EQ(tensor.name, gguf_get_tensor_name(gguf, id));
        EXPECT_EQ(tensor.offset, gguf_get_tensor_offset(gguf, id));
        EXPECT_EQ(tensor.type, other->type);
        EXPECT_EQ(tensor.bytes, ggml_nbytes(other));
        EXPECT_TRUE(std::equal(tensor.shape.begin(), tensor.shape.end(), other->ne)) << tensor.name;
    }
}

// Whether the file passes here; then it must pass there, and both must say the same.
bool passes(fs::path const& path) {
    GgufHead head;
    try {
        head = read_gguf_head(path);
    } catch (Error const&) {
        return false;
    }
    auto const opened = open_with_ggml(path);
    EXPECT_TRUE(opened.gguf) << "ggml does not open what passed";
    if (opened.gguf) {
        expect_equal(head, opened);
    }
    return true;
}

// The bytes with one part of them changed, or written over by another one.
std::string tampered(std::string bytes, std::size_t head_bytes, std::uint64_t round) {
    auto random = [round, i = std::uint64_t{0}](std::uint64_t limit) mutable {
        return static_cast<std::size_t>(splitmix64(round, i++) % limit);
    };
    for (auto changes = 1 + random(3); changes > 0; --changes) {
        auto const at = random(head_bytes - 16);
        switch (random(3)) {
        case 0:
            bytes[at] = static_cast<char>(random(256));
            break;
        case 1:
            bytes[at] = static_cast<char>(bytes[at] + (random(2) ? 1 : -1));
            break;
        default:
            bytes.replace(at, 16, bytes.substr(random(head_bytes - 16), 16));
        }
    }
    return bytes;
}

TEST(GgufHead, SaysWhatGgmlSays) {
    test::TempDir dir;
    write_toy(dir / "toy.gguf");
    ASSERT_TRUE(passes(dir / "toy.gguf"));
    auto const head = read_gguf_head(dir / "toy.gguf");
    EXPECT_EQ(head.architecture(), "toy");
    EXPECT_EQ(head.text("toy.val12"), "some words");
    EXPECT_EQ(head.text("toy.val05"), "") << "no text";
    EXPECT_EQ(head.u32("toy.val05", 7), 5U);
    EXPECT_EQ(head.u32("toy.val06", 7), 7U) << "another type";
    EXPECT_EQ(head.u32("toy.val14", 7), 7U) << "a list";
    EXPECT_EQ(head.u32("toy.absent", 7), 7U);
}

TEST(GgufHead, SaysWhatGgmlSaysOfInstalledModels) {
    SKIP_WITHOUT(test::models_dir());
    int models = 0;
    for (auto const& item : fs::directory_iterator(test::models_dir())) {
        if (item.path().extension() == ".gguf") {
            EXPECT_TRUE(passes(item.path())) << item.path();
            ++models;
        }
    }
    if (models == 0) {
        GTEST_SKIP() << "no models are installed";
    }
}

TEST(GgufHead, PassesNothingThatGgmlRefuses) {
    test::TempDir dir;
    write_toy(dir / "toy.gguf");
    auto const bytes = bytes_of(dir / "toy.gguf");
    auto const head_bytes = bytes.find("tensor3") + 64;
    int passed = 0;
    constexpr int rounds = 1500;
    for (std::uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
        write_bytes(dir / "bad.gguf", tampered(bytes, head_bytes, round));
        passed += passes(dir / "bad.gguf") ? 1 : 0;
        EXPECT_FALSE(HasFailure()) << "round " << round;
    }
    EXPECT_GT(passed, rounds / 100);
    EXPECT_LT(passed, rounds * 3 / 4);
}

// Each of these ggml refuses, too, and that is where a look at the head would otherwise say something else.
TEST(GgufHead, NamesThatAreThereTwiceAndTensorsOutOfOrderAreRefused) {
    test::TempDir dir;
    write_toy(dir / "toy.gguf");
    auto const bytes = bytes_of(dir / "toy.gguf");
    auto const refused = [&](std::size_t at, std::string const& to) {
        auto changed = bytes;
        changed.replace(at, to.size(), to);
        write_bytes(dir / "bad.gguf", changed);
        EXPECT_FALSE(open_with_ggml(dir / "bad.gguf").gguf) << to;
        return test::refusal([&] { check_gguf(dir / "bad.gguf"); });
    };
    EXPECT_NE(refused(bytes.find("toy.val05"), "toy.val03").find("'toy.val03' is there twice"), std::string::npos);
    EXPECT_NE(refused(bytes.find("tensor2"), "tensor1").find("'tensor1' is there twice"), std::string::npos);
    auto const offset = bytes.find("tensor2") + 7 + 4 + 4 * 8 + 4; // name, rank, shape, type
    EXPECT_NE(refused(offset, std::string(8, '\0')).find("'tensor2' is not where"), std::string::npos);
}

} // namespace
} // namespace echollama::nn
