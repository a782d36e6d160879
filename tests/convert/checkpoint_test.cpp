#include "base/error.h"
#include "formats/checkpoint.h"
#include "formats/safetensors.h"
#include "support/synthetic.h"

#include <cstring>
#include <fstream>

namespace echollama::test {
namespace {

using convert::Checkpoint;
using convert::open_checkpoint;

std::vector<SyntheticTensor> some_tensors() {
    return {{"a.weight", {2, 3}, [] { return std::vector<float>{1, 2, 3, 4, 5, 6}; }},
            {"scalar", {}, [] { return std::vector<float>{7}; }},
            {"b", {4}, [] { return values_from_name("b", 4); }}};
}

void expect_tensors(Checkpoint const& file) {
    ASSERT_EQ(file.tensors().size(), 3U);
    EXPECT_EQ(file.read("a.weight", {2, 3}), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(file.read("scalar", {}), std::vector<float>{7});
    EXPECT_EQ(file.read("b"), values_from_name("b", 4));
    EXPECT_THROW(file.read("c"), Error);
    EXPECT_THROW(file.read("b", {2, 2}), Error);
}

void write_bytes(std::filesystem::path const& path, std::string const& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}
std::string read_bytes(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Opening and reading everything either works or throws Error.
bool readable(std::filesystem::path const& path) {
    try {
        auto file = open_checkpoint(path);
        for (auto const& tensor : file.tensors()) {
            file.read(tensor.name);
        }
        return true;
    } catch (Error const& e) {
        EXPECT_NE(std::string(e.what()).find(path.string()), std::string::npos) << e.what();
        return false;
    }
}

std::string safetensors(std::string const& header, std::size_t data) {
    std::string bytes(8, '\0');
    std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + std::string(data, '\0');
}

TEST(ValuesFromName, MatchThePublishedBits) {
    auto bits = [](float value) {
        std::uint32_t b;
        std::memcpy(&b, &value, 4);
        return b;
    };
    auto plain = values_from_name("model.query_position_embeddings.weight", 3);
    EXPECT_EQ(bits(plain[0]), 0xbeed8258U);
    EXPECT_EQ(bits(plain[2]), 0xbac5bc00U);
    auto shifted = values_from_name("dpt.embeddings.cls_token", 3, 0.1F, 1);
    EXPECT_EQ(bits(shifted[0]), 0x3f830f8fU);
    EXPECT_EQ(bits(shifted[1]), 0x3f8022aeU);
    EXPECT_EQ(codes_from_name("codes.0", 4), (std::vector<int>{108, 800, 2050, 281}));
}

TEST(Checkpoint, ReadsSafetensorsAndBothPyTorchForms) {
    TempDir dir;
    write_safetensors(dir / "a.safetensors", some_tensors());
    expect_tensors(open_checkpoint(dir / "a.safetensors"));
    EXPECT_EQ(open_checkpoint(dir / "a.safetensors").metadata().at("format"), "pt");
    for (std::string const container : {"", "model", "state_dict", "anything"}) {
        write_torch_zip(dir / "a.pt", some_tensors(), container);
        expect_tensors(open_checkpoint(dir / "a.pt"));
        write_torch_old(dir / "a.pth", some_tensors(), container);
        expect_tensors(open_checkpoint(dir / "a.pth"));
    }
}

TEST(Checkpoint, ConvertsNumberFormats) {
    TempDir dir;
    std::string header = R"({"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},)"
                         R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},)"
                         R"("i":{"dtype":"I64","shape":[1],"data_offsets":[6,14]},)"
                         R"("u":{"dtype":"U8","shape":[1],"data_offsets":[14,15]}})";
    auto bytes = safetensors(header, 0);
    bytes += std::string("\x00\x3c\x00\xc0\xc0\x3f\xfb\xff\xff\xff\xff\xff\xff\xff\xfa", 15);
    write_bytes(dir / "x", bytes);
    auto file = open_checkpoint(dir / "x");
    EXPECT_EQ(file.read("h"), (std::vector<float>{1, -2}));
    EXPECT_EQ(file.read("b"), std::vector<float>{1.5F});
    EXPECT_EQ(file.read("i"), std::vector<float>{-5});
    EXPECT_EQ(file.read("u"), std::vector<float>{250});
    EXPECT_FALSE(is_floating(file.tensor("i").type));
    convert::Safetensors exact(dir / "x");
    EXPECT_EQ(exact.integers("i"), std::vector<std::int64_t>{-5});
    EXPECT_EQ(exact.integers("u"), std::vector<std::int64_t>{250});
    EXPECT_THROW(exact.integers("h"), Error);
}

TEST(Checkpoint, EveryTruncationIsOneClearError) {
    TempDir dir;
    for (auto* write : {+[](std::filesystem::path const& p) { write_safetensors(p, some_tensors()); },
                        +[](std::filesystem::path const& p) { write_torch_zip(p, some_tensors(), "model"); },
                        +[](std::filesystem::path const& p) { write_torch_old(p, some_tensors()); }}) {
        write(dir / "whole");
        auto whole = read_bytes(dir / "whole");
        EXPECT_TRUE(readable(dir / "whole"));
        for (std::size_t n = 0; n < whole.size(); n += 7) {
            write_bytes(dir / "cut", whole.substr(0, n));
            EXPECT_FALSE(readable(dir / "cut")) << n << " of " << whole.size() << " bytes";
        }
    }
}

TEST(Checkpoint, ChangedBytesNeverCrash) {
    TempDir dir;
    for (auto* write : {+[](std::filesystem::path const& p) { write_safetensors(p, some_tensors()); },
                        +[](std::filesystem::path const& p) { write_torch_zip(p, some_tensors(), "model"); },
                        +[](std::filesystem::path const& p) { write_torch_old(p, some_tensors()); }}) {
        write(dir / "whole");
        auto whole = read_bytes(dir / "whole");
        int refused = 0;
        for (std::size_t n = 0; n < whole.size(); n += 7) {
            auto changed = whole;
            changed[n] = static_cast<char>(changed[n] ^ (n % 3 == 0 ? 0x80 : 0x15));
            write_bytes(dir / "changed", changed);
            refused += readable(dir / "changed") ? 0 : 1;
        }
        EXPECT_GT(refused, 10);
    }
}

TEST(Checkpoint, HostileSafetensorsAreRefused) {
    TempDir dir;
    for (
        auto const& [header, data] : std::vector<std::pair<std::string, std::size_t>>{
            {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4},                     // size of the shape
            {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8},                     // more data
            {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8},                     // gap
            {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0}, // product wraps
            {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4},
            {R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", 4},
            {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
             6}, // overlap
            {R"({"a":{"dtype":"F32"}})", 0},
            {R"({"a":[]})", 0},
            {R"({"a":)", 0}}) {
        write_bytes(dir / "x", safetensors(header, data));
        EXPECT_FALSE(readable(dir / "x")) << header;
    }
    write_bytes(dir / "x", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{", 9));
    EXPECT_FALSE(readable(dir / "x"));
}

TEST(Checkpoint, CodeInPicklesIsNamedAndNeverRun) {
    TempDir dir;
    write_torch_old(dir / "x", some_tensors());
    auto bytes = read_bytes(dir / "x");
    auto at = bytes.find("ccollections\nOrderedDict\n");
    bytes.replace(at, std::string("ccollections\nOrderedDict\n").size(), "cposix\nsystem\n");
    write_bytes(dir / "x", bytes);
    try {
        open_checkpoint(dir / "x");
        FAIL();
    } catch (Error const& e) {
        EXPECT_NE(std::string(e.what()).find("posix.system"), std::string::npos) << e.what();
    }
}

TEST(Checkpoint, OtherFilesAreRefused) {
    TempDir dir;
    EXPECT_FALSE(readable(dir / "missing"));
    EXPECT_FALSE(readable(dir.path()));
    write_bytes(dir / "empty", "");
    EXPECT_FALSE(readable(dir / "empty"));
    write_bytes(dir / "text", "<html>not found</html> and more text");
    EXPECT_FALSE(readable(dir / "text"));
}

} // namespace
} // namespace echollama::test
