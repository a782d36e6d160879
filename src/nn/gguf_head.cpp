#include "nn/gguf_head.h"

#include "base/error.h"

#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

namespace echollama::nn {
namespace {

// Far above any real model; ggml compares all names with each other.
constexpr std::uint64_t most_entries = 20'000;
constexpr std::uint64_t longest_name = 65'535;
constexpr std::uint64_t most_elements = 1ULL << 40;
constexpr std::uint64_t longest_text = 1ULL << 30, longest_list = 1ULL << 30; // as ggml's reader allows

// A file read front to back that knows how much is left.
class Reader {
  public:
    explicit Reader(std::filesystem::path const& path) : name_(path.string()), file_(path, std::ios::binary) {
        std::error_code failed;
        if (!std::filesystem::is_regular_file(path, failed) || !file_) {
            throw Error("The model file " + name_ + " cannot be opened; check the path.");
        }
        left_ = std::filesystem::file_size(path);
    }

    [[noreturn]] void fail(std::string const& what) const {
        throw Error("The model file " + name_ + " cannot be used: " + what + ". Convert or download it again.");
    }

    std::uint64_t position() const { return position_; }
    std::uint64_t left() const { return left_; }

    void need(std::uint64_t bytes) const {
        if (bytes > left_) {
            fail("it ends inside its header");
        }
    }

    template <typename T>
    T value() {
        T result;
        take(&result, sizeof result);
        return result;
    }

    std::string text(std::uint64_t longest) {
        auto length = value<std::uint64_t>();
        if (length > longest) {
            fail("a text in its header is too long");
        }
        need(length);
        std::string result(length, '\0');
        take(result.data(), length);
        return result;
    }

    // Names are compared as C's text, so that one with a zero in it could pass for another.
    std::string name(std::uint64_t longest) {
        auto result = text(longest);
        if (result.empty() || result.find('\0') != std::string::npos) {
            fail("something in its header has no proper name");
        }
        return result;
    }

    void skip(std::uint64_t bytes) {
        need(bytes);
        auto buffered = std::min<std::uint64_t>(bytes, end_ - begin_);
        begin_ += buffered;
        if (bytes > buffered) {
            file_.seekg(static_cast<std::streamoff>(bytes - buffered), std::ios::cur);
        }
        position_ += bytes;
        left_ -= bytes;
    }

  private:
    void take(void* to, std::size_t bytes) {
        need(bytes);
        position_ += bytes;
        left_ -= bytes;
        for (auto* out = static_cast<char*>(to); bytes > 0;) {
            if (begin_ == end_) {
                refill();
            }
            auto part = std::min(bytes, end_ - begin_);
            std::memcpy(out, buffer_.data() + begin_, part);
            begin_ += part;
            out += part;
            bytes -= part;
        }
    }

    void refill() {
        file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        begin_ = 0;
        end_ = static_cast<std::size_t>(file_.gcount());
        file_.clear();
        if (end_ == 0) {
            fail("it cannot be read");
        }
    }

    std::string name_;
    std::ifstream file_;
    std::array<char, 1 << 16> buffer_{};
    std::size_t begin_ = 0, end_ = 0;
    std::uint64_t position_ = 0, left_ = 0;
};

// Bytes of one value; 0 for what is not of fixed size or unknown.
std::uint64_t fixed_size(std::uint32_t type) {
    switch (static_cast<int>(type)) {
    case GGUF_TYPE_UINT8:
    case GGUF_TYPE_INT8:
    case GGUF_TYPE_BOOL:
        return 1;
    case GGUF_TYPE_UINT16:
    case GGUF_TYPE_INT16:
        return 2;
    case GGUF_TYPE_UINT32:
    case GGUF_TYPE_INT32:
    case GGUF_TYPE_FLOAT32:
        return 4;
    case GGUF_TYPE_UINT64:
    case GGUF_TYPE_INT64:
    case GGUF_TYPE_FLOAT64:
        return 8;
    default:
        return 0;
    }
}

bool is_whole_32(std::uint32_t type) {
    return type == GGUF_TYPE_UINT32 || type == GGUF_TYPE_INT32;
}

void read_list(Reader& file, GgufValue& value) {
    value.type = file.value<std::uint32_t>();
    value.count = file.value<std::uint64_t>();
    auto const size = fixed_size(value.type);
    bool const fits = size > 0 ? value.count <= file.left() / size : value.count <= file.left() / sizeof(std::uint64_t);
    if (value.count > longest_list || !fits) {
        file.fail("it ends inside its header");
    }
    if (value.type == GGUF_TYPE_STRING) {
        for (std::uint64_t i = 0; i < value.count; ++i) {
            auto const length = file.value<std::uint64_t>();
            if (length > longest_text) {
                file.fail("a text in its header is too long");
            }
            file.skip(length);
        }
    } else if (is_whole_32(value.type)) {
        for (std::uint64_t i = 0; i < value.count; ++i) {
            value.number = std::max(value.number, file.value<std::uint32_t>());
        }
    } else if (size > 0) {
        file.skip(value.count * size);
    } else {
        file.fail("its header holds a value of unknown type");
    }
}

GgufValue read_value(Reader& file) {
    GgufValue value;
    value.type = file.value<std::uint32_t>();
    if (value.type == GGUF_TYPE_ARRAY) {
        value.is_list = true;
        read_list(file, value);
    } else if (value.type == GGUF_TYPE_STRING) {
        value.text = file.text(longest_text);
        value.text.resize(std::min(value.text.size(), value.text.find('\0')));
    } else if (is_whole_32(value.type)) {
        value.number = file.value<std::uint32_t>();
    } else if (auto const size = fixed_size(value.type); size > 0) {
        file.skip(size);
    } else {
        file.fail("its header holds a value of unknown type");
    }
    return value;
}

GgufTensor read_tensor(Reader& file) {
    GgufTensor tensor;
    tensor.name = file.name(GGML_MAX_NAME - 1);
    auto broken = [&](std::string const& what) { file.fail("the tensor '" + tensor.name + "' " + what); };
    auto rank = file.value<std::uint32_t>();
    if (rank < 1 || rank > GGML_MAX_DIMS) {
        broken("has " + std::to_string(rank) + " dimensions");
    }
    std::uint64_t elements = 1;
    for (std::uint32_t i = 0; i < rank; ++i) {
        auto size = file.value<std::uint64_t>();
        if (size < 1 || size > most_elements / elements) {
            broken("has an impossible shape");
        }
        tensor.shape[i] = static_cast<std::int64_t>(size);
        elements *= size;
    }
    auto type = file.value<std::uint32_t>();
    auto block = type < GGML_TYPE_COUNT ? ggml_blck_size(static_cast<ggml_type>(type)) : 0;
    if (block < 1 || tensor.shape[0] % block != 0) {
        broken("has an unknown or unfitting type");
    }
    tensor.type = static_cast<ggml_type>(type);
    tensor.bytes = elements / static_cast<std::uint64_t>(block) * ggml_type_size(tensor.type);
    tensor.offset = file.value<std::uint64_t>();
    return tensor;
}

std::uint64_t alignment_of(Reader const& file, GgufHead const& head) {
    auto const* const given = head.find(GGUF_KEY_GENERAL_ALIGNMENT);
    auto const alignment = given ? head.u32(GGUF_KEY_GENERAL_ALIGNMENT, 0) : GGUF_DEFAULT_ALIGNMENT;
    if (!std::has_single_bit(alignment) || alignment > (1U << 20)) {
        file.fail("its alignment is impossible");
    }
    return alignment;
}

std::uint64_t padded(std::uint64_t bytes, std::uint64_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

// Every tensor lies in the file, right behind the one before.
void check_places(Reader const& file, GgufHead const& head, std::uint64_t alignment) {
    auto const start = padded(file.position(), alignment), end = file.position() + file.left();
    std::uint64_t offset = 0;
    for (auto const& tensor : head.tensors) {
        if (start > end || tensor.offset > end - start || tensor.bytes > end - start - tensor.offset) {
            file.fail("it ends before the tensor '" + tensor.name + "' does");
        }
        if (tensor.offset != offset) {
            file.fail("the tensor '" + tensor.name + "' is not where the one before it ends");
        }
        offset += padded(tensor.bytes, alignment);
    }
}

} // namespace

GgufValue const* GgufHead::find(std::string_view key) const {
    auto const found = values.find(key);
    return found == values.end() ? nullptr : &found->second;
}

std::string GgufHead::text(std::string_view key) const {
    auto const* const value = find(key);
    return value && !value->is_list && value->type == GGUF_TYPE_STRING ? value->text : "";
}

std::uint32_t GgufHead::u32(std::string_view key, std::uint32_t otherwise) const {
    auto const* const value = find(key);
    return value && !value->is_list && value->type == GGUF_TYPE_UINT32 ? value->number : otherwise;
}

GgufHead read_gguf_head(std::filesystem::path const& path) {
    Reader file(path);
    if (file.left() < 24 || file.value<std::array<char, 4>>() != std::array{'G', 'G', 'U', 'F'}) {
        file.fail("it is not a GGUF file");
    }
    auto version = file.value<std::uint32_t>();
    if (version < 2 || version > GGUF_VERSION) {
        file.fail("its GGUF version is not supported");
    }
    auto tensors = file.value<std::uint64_t>();
    auto values = file.value<std::uint64_t>();
    if (tensors > most_entries || values > most_entries) {
        file.fail("its header lists too many entries");
    }
    GgufHead head;
    for (std::uint64_t i = 0; i < values; ++i) {
        auto key = file.name(longest_name);
        if (!head.values.emplace(key, read_value(file)).second) {
            file.fail("the value '" + key + "' is there twice");
        }
    }
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < tensors; ++i) {
        head.tensors.push_back(read_tensor(file));
        if (!names.insert(head.tensors.back().name).second) {
            file.fail("the tensor '" + head.tensors.back().name + "' is there twice");
        }
    }
    check_places(file, head, alignment_of(file, head));
    return head;
}

void check_gguf(std::filesystem::path const& path) {
    read_gguf_head(path);
}

GgufHead gguf_head_or_empty(std::filesystem::path const& path) {
    try {
        return read_gguf_head(path);
    } catch (Error const&) {
        return {};
    }
}

std::string gguf_architecture(std::filesystem::path const& path) {
    return gguf_head_or_empty(path).architecture();
}

} // namespace echollama::nn
