#include "nn/gguf_check.h"

#include "base/error.h"

#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace echollama::nn {
namespace {

// Far above any real model; ggml compares all names with each other.
constexpr std::uint64_t most_entries = 20'000;
constexpr std::uint64_t longest_name = 65'535;
constexpr std::uint64_t most_elements = 1ULL << 40;

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
            fail("a name in its header is too long");
        }
        need(length);
        std::string result(length, '\0');
        take(result.data(), length);
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

void skip_values(Reader& file, std::uint32_t type, std::uint64_t count) {
    if (type == GGUF_TYPE_STRING) {
        for (std::uint64_t i = 0; i < count; ++i) {
            file.skip(file.value<std::uint64_t>());
        }
    } else if (auto size = fixed_size(type)) {
        if (count > file.left() / size) {
            file.fail("it ends inside its header");
        }
        file.skip(count * size);
    } else {
        file.fail("its header holds a value of unknown type");
    }
}

// Returns the alignment when this was general.alignment, else 0.
std::uint64_t check_value(Reader& file) {
    auto key = file.text(longest_name);
    auto type = file.value<std::uint32_t>();
    if (key.empty()) {
        file.fail("a value in its header has no name");
    }
    if (key == GGUF_KEY_GENERAL_ALIGNMENT) {
        auto alignment = type == GGUF_TYPE_UINT32 ? file.value<std::uint32_t>() : 0;
        if (!std::has_single_bit(alignment) || alignment > (1U << 20)) {
            file.fail("its alignment is impossible");
        }
        return alignment;
    }
    std::uint64_t count = 1;
    if (type == GGUF_TYPE_ARRAY) {
        type = file.value<std::uint32_t>();
        count = file.value<std::uint64_t>();
    }
    skip_values(file, type, count);
    return 0;
}

struct Extent {
    std::string name;
    std::uint64_t offset = 0, bytes = 0;
};

Extent check_tensor(Reader& file) {
    Extent extent{file.text(GGML_MAX_NAME - 1), 0, 0};
    auto broken = [&](std::string const& what) { file.fail("the tensor '" + extent.name + "' " + what); };
    auto rank = file.value<std::uint32_t>();
    if (rank < 1 || rank > GGML_MAX_DIMS) {
        broken("has " + std::to_string(rank) + " dimensions");
    }
    std::uint64_t elements = 1, row = 0;
    for (std::uint32_t i = 0; i < rank; ++i) {
        auto size = file.value<std::uint64_t>();
        row = i == 0 ? size : row;
        if (size < 1 || size > most_elements / elements) {
            broken("has an impossible shape");
        }
        elements *= size;
    }
    auto type = file.value<std::uint32_t>();
    auto block = type < GGML_TYPE_COUNT ? ggml_blck_size(static_cast<ggml_type>(type)) : 0;
    if (block < 1 || row % static_cast<std::uint64_t>(block) != 0) {
        broken("has an unknown or unfitting type");
    }
    extent.bytes = elements / static_cast<std::uint64_t>(block) * ggml_type_size(static_cast<ggml_type>(type));
    extent.offset = file.value<std::uint64_t>();
    return extent;
}

} // namespace

void check_gguf(std::filesystem::path const& path) {
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
    std::uint64_t alignment = GGUF_DEFAULT_ALIGNMENT;
    for (std::uint64_t i = 0; i < values; ++i) {
        auto found = check_value(file);
        alignment = found ? found : alignment;
    }
    std::vector<Extent> extents;
    for (std::uint64_t i = 0; i < tensors; ++i) {
        extents.push_back(check_tensor(file));
    }
    auto start = (file.position() + alignment - 1) / alignment * alignment;
    auto end = file.position() + file.left();
    for (auto const& extent : extents) {
        if (start > end || extent.offset > end - start || extent.bytes > end - start - extent.offset) {
            file.fail("it ends before the tensor '" + extent.name + "' does");
        }
    }
}

} // namespace echollama::nn
