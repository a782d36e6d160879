#include "voice/kokoro_phonemes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace echollama {
namespace {

struct Spelling {
    std::u32string_view ipa, kokoro;
    enum Where { everywhere, america, britain } where = everywhere;
};

// Longer ones first.
constexpr std::array<Spelling, 25> spellings{{
    {U"ʔˌn\u0329", U"tᵊn"},
    {U"ʔn", U"tᵊn"},
    {U"aɪ", U"I"},
    {U"aʊ", U"W"},
    {U"dʒ", U"ʤ"},
    {U"eɪ", U"A"},
    {U"tʃ", U"ʧ"},
    {U"ɔɪ", U"Y"},
    {U"oʊ", U"O"},
    {U"əʊ", U"Q"},
    {U"ɜːɹ", U"ɜɹ", Spelling::america},
    {U"ɜː", U"ɜɹ", Spelling::america},
    {U"ɪə", U"iə", Spelling::america},
    {U"eə", U"ɛː", Spelling::britain},
    {U"iə", U"ɪə", Spelling::britain},
    {U"ː", U"", Spelling::america},
    {U"ɾ", U"T", Spelling::america},
    {U"e", U"A"},
    {U"r", U"ɹ"},
    {U"x", U"k"},
    {U"ɐ", U"ə"},
    {U"ɚ", U"əɹ"},
    {U"ɬ", U"l"},
    {U"ʔ", U"t"},
    {U"\u0303", U""},
}};

} // namespace

std::vector<std::int32_t> kokoro_phonemes(std::vector<std::int32_t> const& ipa, std::string_view language) {
    if (!language.starts_with("en")) {
        return ipa;
    }
    auto const here = language.starts_with("en-us") ? Spelling::america : Spelling::britain;
    std::vector<std::int32_t> out;
    for (std::size_t i = 0; i < ipa.size();) {
        auto const* found = std::find_if(spellings.begin(), spellings.end(), [&](Spelling const& s) {
            return (s.where == Spelling::everywhere || s.where == here) && s.ipa.size() <= ipa.size() - i &&
                   std::equal(s.ipa.begin(), s.ipa.end(), ipa.begin() + static_cast<std::ptrdiff_t>(i),
                              [](char32_t a, std::int32_t b) { return static_cast<std::int32_t>(a) == b; });
        });
        if (found == spellings.end()) {
            out.push_back(ipa[i++]);
            continue;
        }
        out.insert(out.end(), found->kokoro.begin(), found->kokoro.end());
        i += found->ipa.size();
    }
    return out;
}

} // namespace echollama
