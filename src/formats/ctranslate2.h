// Reads a CTranslate2 model file: a header, then named variables, then names that point to other variables.
// Layout (version 6, little endian; CTranslate2's python/ctranslate2/specs/model_spec.py):
//   u32 version, text specification, u32 revision, u32 count,
//   count x { text name, u8 rank, u32 dimensions[rank], u8 type, u32 bytes, data[bytes] },
//   u32 aliases, aliases x { text alias, text name };   text = u16 length with the closing zero, then the characters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace echollama::convert {

// The order is CTranslate2's numbering.
enum class Ct2Type : std::uint8_t { f32 = 0, i8 = 1, i16 = 2, i32 = 3, f16 = 4, bf16 = 5 };

// Where one variable lies; dimensions as in NumPy (slowest first), empty for a single value.
struct Ct2Variable {
    std::vector<std::int64_t> shape;
    Ct2Type type = Ct2Type::f32;
    std::uint64_t offset = 0; // in the parts put one after the other
    std::uint64_t bytes = 0;

    std::int64_t elements() const;
};

class Ct2File {
  public:
    // `parts` are the pieces of one file in order; one for a whole file. Reads the list of variables, not their values.
    // Throws Error with file and reason when a piece is missing, or a length does not fit what follows.
    explicit Ct2File(std::vector<std::filesystem::path> const& parts);

    std::string const& specification() const { return specification_; }
    std::string const& name() const { return name_; }
    bool contains(std::string const& variable) const { return variables_.contains(variable); }

    // The description of a variable; throws Error when there is none of this name.
    Ct2Variable const& variable(std::string const& name) const;

    // Values widened to float32 (from float32, float16 or bfloat16), row-major. Throws Error when the variable is
    // missing, has another shape, or is quantised.
    std::vector<float> floats(std::string const& name, std::vector<std::int64_t> const& shape) const;

    // A single integer.
    std::int64_t integer(std::string const& name) const;

  private:
    struct Part {
        std::filesystem::path path;
        std::uint64_t begin = 0, bytes = 0;
        mutable std::ifstream file;
    };

    class Cursor;
    void read(std::uint64_t offset, std::span<char> out) const;
    void read_variables(Cursor& cursor);
    [[noreturn]] void fail(std::string const& reason) const;

    std::string name_; // of the first piece, for messages
    std::vector<Part> parts_;
    std::uint64_t size_ = 0;
    std::string specification_;
    std::map<std::string, Ct2Variable> variables_;
};

} // namespace echollama::convert
