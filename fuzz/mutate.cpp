#include "mutate.h"

#include "base/counter_rng.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace echollama::fuzz {
namespace {

// Numbers that belong to one mutation.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : seed_(splitmix64(0x66757a7a, seed)) {}
    // 0..sides - 1; 0 for no sides.
    std::size_t roll(std::size_t sides) { return sides ? splitmix64(seed_, next_++) % sides : 0; }

  private:
    std::uint64_t seed_;
    std::uint64_t next_ = 0;
};

struct Part {
    std::ptrdiff_t begin = 0, end = 0;
};
Part some_part(Bytes const& bytes, Dice& dice) {
    auto const begin = dice.roll(bytes.size() + 1);
    auto const longest = std::min<std::size_t>(bytes.size() - begin, dice.roll(4) ? 16 : bytes.size());
    return {static_cast<std::ptrdiff_t>(begin), static_cast<std::ptrdiff_t>(begin + dice.roll(longest + 1))};
}

void extreme_number(Bytes& bytes, Dice& dice) {
    static constexpr std::array<std::uint64_t, 12> extremes{
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, ~0ULL};
    auto const value = extremes[dice.roll(extremes.size())];
    std::size_t const width = std::size_t{1} << dice.roll(4);
    auto const at = dice.roll(bytes.size());
    bool const big_endian = dice.roll(2);
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (big_endian ? width - 1 - i : i));
    }
}

// The decimal number at or after some place becomes another.
void extreme_decimal(Bytes& bytes, Dice& dice) {
    static constexpr std::array<std::string_view, 12> extremes{
        "0",    "-1",   "1e999",  "-0.0",      "99999999999999999999", "2147483648", "nan", "[]",
        "\"\"", "null", "1e-320", "4294967297"};
    auto const is_digit = [](std::uint8_t c) { return std::isdigit(c) != 0; };
    auto const from = bytes.begin() + static_cast<std::ptrdiff_t>(dice.roll(bytes.size()));
    auto const begin = std::find_if(from, bytes.end(), is_digit);
    auto const end = std::find_if_not(begin, bytes.end(), is_digit);
    auto const value = extremes[dice.roll(extremes.size())];
    auto const place = bytes.erase(begin, end);
    bytes.insert(place, value.begin(), value.end());
}

void change(Bytes& bytes, Bytes const& other, Dice& dice) {
    switch (dice.roll(9)) {
    case 0: // a bit
        if (!bytes.empty()) {
            bytes[dice.roll(bytes.size())] ^= static_cast<std::uint8_t>(1U << dice.roll(8));
        }
        break;
    case 1: // a byte
        if (!bytes.empty()) {
            bytes[dice.roll(bytes.size())] = static_cast<std::uint8_t>(dice.roll(256));
        }
        break;
    case 2:
    case 3:
        extreme_number(bytes, dice);
        break;
    case 4:
        extreme_decimal(bytes, dice);
        break;
    case 5: { // a part is lost
        auto const part = some_part(bytes, dice);
        bytes.erase(bytes.begin() + part.begin, bytes.begin() + part.end);
        break;
    }
    case 6: { // a part is there twice
        auto const part = some_part(bytes, dice);
        Bytes const copy(bytes.begin() + part.begin, bytes.begin() + part.end);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(dice.roll(bytes.size() + 1)), copy.begin(),
                     copy.end());
        break;
    }
    case 7: { // a part of another input
        auto const part = some_part(other, dice);
        auto const at = static_cast<std::ptrdiff_t>(dice.roll(bytes.size() + 1));
        bytes.insert(bytes.begin() + at, other.begin() + part.begin, other.begin() + part.end);
        break;
    }
    default: // the end is lost
        bytes.resize(dice.roll(bytes.size() + 1));
    }
}

} // namespace

Bytes mutated(Bytes bytes, Bytes const& other, std::uint64_t number) {
    Dice dice(number);
    for (auto changes = 1 + dice.roll(4); changes > 0; --changes) {
        change(bytes, other, dice);
    }
    return bytes;
}

} // namespace echollama::fuzz
