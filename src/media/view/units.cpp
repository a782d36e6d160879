#include "media/view/units.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>

namespace echollama {
namespace {

struct KnownUnit {
    float per_metre;
    char const* name;
    std::initializer_list<char const*> words;
};
KnownUnit const known_units[] = {
    {1, "metres", {"m", "metre", "metres", "meter", "meters"}},
    {10, "decimetres", {"dm", "decimetre", "decimetres", "decimeter", "decimeters"}},
    {100, "centimetres", {"cm", "centimetre", "centimetres", "centimeter", "centimeters"}},
    {1000, "millimetres", {"mm", "millimetre", "millimetres", "millimeter", "millimeters"}},
    {5000, "fifths of a millimetre", {}},
    {10000, "tenths of a millimetre", {}},
    {256, "256ths of a metre", {}},
    {1e6F, "micrometres", {"um", "micrometre", "micrometres", "micrometer", "micrometers", "micron", "microns"}},
    {0.001F, "kilometres", {"km", "kilometre", "kilometres", "kilometer", "kilometers"}},
    {1 / 0.0254F, "inches", {"in", "inch", "inches"}},
    {1 / 0.3048F, "feet", {"ft", "foot", "feet"}},
    {1 / 0.9144F, "yards", {"yd", "yard", "yards"}},
};

} // namespace

std::optional<float> units_per_metre_of(std::string_view word) {
    std::string small(word);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (auto const& unit : known_units) {
        if (std::find(unit.words.begin(), unit.words.end(), small) != unit.words.end()) {
            return unit.per_metre;
        }
    }
    return std::nullopt;
}

float units_per_metre_from(std::string const& text, std::string const& option) {
    if (auto const known = units_per_metre_of(text)) {
        return *known;
    }
    float value = 0;
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size() || !(value > 0) || !std::isfinite(value)) {
        throw UsageError(option + " is mm, cm, m, in, ft or how many units are one metre, such as 1000; not '" + text +
                         "'.");
    }
    return value;
}

std::string unit_name(float per_metre) {
    for (auto const& unit : known_units) {
        if (std::abs(per_metre - unit.per_metre) < 1e-4F * unit.per_metre) {
            return unit.name;
        }
    }
    char text[32];
    auto const end = std::to_chars(text, text + sizeof text, per_metre).ptr;
    return "units of which " + std::string(text, end) + " are a metre";
}

} // namespace echollama
