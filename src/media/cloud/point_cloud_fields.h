// Numbers in rows, as PLY and PCD hold them; used by their readers only.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace echollama::fields {

enum class Kind { i8, u8, i16, u16, i32, u32, f32, f64 };

std::size_t width_of(Kind kind);

// The number whose bytes begin there; `swap`: they are in the other order than this machine's.
double number_at(char const* bytes, Kind kind, bool swap);

// Reads forward through the body of a file. Throws Error naming the file when it ends too early.
class Reader {
  public:
    Reader(std::span<char const> bytes, bool text, bool swap, std::string const& name)
        : rest_(bytes), text_(text), swap_(swap), name_(name) {}

    double number(Kind kind);
    // The next bytes, not in text. Of rows that all have one width: numbers are then taken from their places.
    char const* take(std::size_t bytes);
    bool swaps() const { return swap_; }
    // After the last number of a row: in text, the line ends here too. A row may go on over several lines, but numbers
    // that are left over would shift all that follow.
    void end_row();
    std::size_t left() const { return rest_.size(); }
    bool is_text() const { return text_; }
    [[noreturn]] void fail(std::string const& reason) const;

  private:
    double word();
    void skip_space(bool lines);

    std::span<char const> rest_;
    bool text_;
    bool swap_;
    std::string const& name_;
};

// The next line without its end; `rest` moves past it. Lines of more than 4096 characters are cut there.
std::string_view next_line(std::string_view& rest);

} // namespace echollama::fields
