#include "formats/ctranslate2.h"

#include "base/error.h"

#include <ggml.h>

#include <algorithm>
#include <cstring>

namespace echollama::convert {
namespace {

constexpr std::uint32_t supported_version = 6;
// Far above any real model, low enough that a lying header costs nothing.
constexpr std::uint32_t max_variables = 100000;
constexpr int max_rank = 4;

std::size_t width_of(Ct2Type type) {
    switch (type) {
    case Ct2Type::f32:
    case Ct2Type::i32:
        return 4;
    case Ct2Type::i16:
    case Ct2Type::f16:
    case Ct2Type::bf16:
        return 2;
    case Ct2Type::i8:
        return 1;
    }
    return 0;
}

std::string text_of(std::vector<std::int64_t> const& shape) {
    std::string text = "[";
    for (auto dimension : shape) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(dimension);
    }
    return text + "]";
}

} // namespace

std::int64_t Ct2Variable::elements() const {
    std::int64_t count = 1;
    for (auto dimension : shape) {
        count *= dimension;
    }
    return count;
}

// Reads forward; every length is compared with what is left of the file before it is used.
class Ct2File::Cursor {
  public:
    explicit Cursor(Ct2File const& file) : file_(file) {}

    template <typename T>
    T number() {
        T value;
        need(sizeof value);
        file_.read(at_, {reinterpret_cast<char*>(&value), sizeof value});
        at_ += sizeof value;
        return value;
    }

    std::string text() {
        auto length = number<std::uint16_t>();
        need(length);
        std::string value(length, '\0');
        file_.read(at_, value);
        at_ += length;
        if (!value.empty() && value.back() == '\0') {
            value.pop_back();
        }
        return value;
    }

    void skip(std::uint64_t bytes) {
        need(bytes);
        at_ += bytes;
    }

    std::uint64_t position() const { return at_; }
    bool at_end() const { return at_ == file_.size_; }

  private:
    void need(std::uint64_t bytes) const {
        if (bytes > file_.size_ - at_) {
            file_.fail("it ends too early");
        }
    }

    Ct2File const& file_;
    std::uint64_t at_ = 0;
};

Ct2File::Ct2File(std::vector<std::filesystem::path> const& parts) {
    if (parts.empty()) {
        throw Error("No CTranslate2 model file was named; name its model.bin.");
    }
    name_ = parts.front().string();
    for (auto const& path : parts) {
        std::error_code failed;
        auto bytes = std::filesystem::file_size(path, failed);
        std::ifstream file(path, std::ios::binary);
        if (failed || !file) {
            throw Error("Cannot read " + path.string() + "; check that it exists and may be read.");
        }
        parts_.push_back({path, size_, bytes, std::move(file)});
        size_ += bytes;
    }
    Cursor cursor(*this);
    auto version = cursor.number<std::uint32_t>();
    if (version != supported_version) {
        fail("its version is " + std::to_string(version) + ", not " + std::to_string(supported_version));
    }
    specification_ = cursor.text();
    cursor.number<std::uint32_t>(); // revision of the specification
    read_variables(cursor);
    auto aliases = cursor.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < aliases; ++i) {
        auto alias = cursor.text();
        auto target = variables_.find(cursor.text());
        if (target == variables_.end()) {
            fail("'" + alias + "' points to a variable that is not there");
        }
        variables_.emplace(alias, target->second);
    }
    if (!cursor.at_end()) {
        fail("it is longer than its variables");
    }
}

void Ct2File::read_variables(Cursor& cursor) {
    auto count = cursor.number<std::uint32_t>();
    if (count > max_variables) {
        fail("it claims to hold " + std::to_string(count) + " variables");
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        auto name = cursor.text();
        Ct2Variable variable;
        auto rank = cursor.number<std::uint8_t>();
        if (rank > max_rank) {
            fail("'" + name + "' has " + std::to_string(rank) + " dimensions");
        }
        std::uint64_t elements = 1;
        for (int d = 0; d < rank; ++d) {
            variable.shape.push_back(cursor.number<std::uint32_t>());
            elements = elements > size_ ? elements : elements * static_cast<std::uint64_t>(variable.shape.back());
        }
        auto type = cursor.number<std::uint8_t>();
        if (type > static_cast<std::uint8_t>(Ct2Type::bf16)) {
            fail("'" + name + "' is of an unknown type");
        }
        variable.type = static_cast<Ct2Type>(type);
        variable.bytes = cursor.number<std::uint32_t>();
        variable.offset = cursor.position();
        if (elements > size_ || variable.bytes != elements * width_of(variable.type)) {
            fail("the size of '" + name + "' does not match its shape");
        }
        cursor.skip(variable.bytes);
        if (!variables_.emplace(name, variable).second) {
            fail("it holds '" + name + "' twice");
        }
    }
}

void Ct2File::read(std::uint64_t offset, std::span<char> out) const {
    for (auto const& part : parts_) {
        if (out.empty() || offset >= part.begin + part.bytes) {
            continue;
        }
        auto inside = offset - part.begin;
        auto take = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), part.bytes - inside));
        part.file.seekg(static_cast<std::streamoff>(inside));
        part.file.read(out.data(), static_cast<std::streamsize>(take));
        if (!part.file) {
            throw Error("Cannot read " + part.path.string() + "; the disk reports an error.");
        }
        offset += take;
        out = out.subspan(take);
    }
}

void Ct2File::fail(std::string const& reason) const {
    throw Error("The CTranslate2 model " + name_ + " cannot be used: " + reason + "; fetch it again.");
}

Ct2Variable const& Ct2File::variable(std::string const& name) const {
    auto found = variables_.find(name);
    if (found == variables_.end()) {
        fail("it has no variable '" + name + "'");
    }
    return found->second;
}

std::vector<float> Ct2File::floats(std::string const& name, std::vector<std::int64_t> const& shape) const {
    auto const& found = variable(name);
    if (found.shape != shape) {
        fail("'" + name + "' has the shape " + text_of(found.shape) + ", expected " + text_of(shape));
    }
    auto count = static_cast<std::size_t>(found.elements());
    std::vector<float> values(count);
    if (found.type == Ct2Type::f32) {
        read(found.offset, {reinterpret_cast<char*>(values.data()), count * sizeof(float)});
    } else if (found.type == Ct2Type::f16) {
        std::vector<ggml_fp16_t> stored(count);
        read(found.offset, {reinterpret_cast<char*>(stored.data()), count * sizeof(ggml_fp16_t)});
        ggml_fp16_to_fp32_row(stored.data(), values.data(), found.elements());
    } else if (found.type == Ct2Type::bf16) {
        std::vector<ggml_bf16_t> stored(count);
        read(found.offset, {reinterpret_cast<char*>(stored.data()), count * sizeof(ggml_bf16_t)});
        ggml_bf16_to_fp32_row(stored.data(), values.data(), found.elements());
    } else {
        fail("'" + name + "' is quantised, which is not supported; use the float16 model");
    }
    return values;
}

std::int64_t Ct2File::integer(std::string const& name) const {
    auto const& found = variable(name);
    if (!found.shape.empty()) {
        fail("'" + name + "' is not a single number");
    }
    switch (found.type) {
    case Ct2Type::i8: {
        std::int8_t value = 0;
        read(found.offset, {reinterpret_cast<char*>(&value), sizeof value});
        return value;
    }
    case Ct2Type::i16: {
        std::int16_t value = 0;
        read(found.offset, {reinterpret_cast<char*>(&value), sizeof value});
        return value;
    }
    case Ct2Type::i32: {
        std::int32_t value = 0;
        read(found.offset, {reinterpret_cast<char*>(&value), sizeof value});
        return value;
    }
    default:
        fail("'" + name + "' is not a whole number");
    }
}

} // namespace echollama::convert
