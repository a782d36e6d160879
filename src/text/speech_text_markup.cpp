#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

std::string_view without_blanks(std::string_view line) {
    auto const first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

// Characters without a sound or width: joiners, variation selectors, skin tones, byte order mark, controls.
bool is_invisible(char32_t code) {
    return (code < 0x20 && code != '\n' && code != '\t' && code != '\r') || code == 0x7F || code == 0xAD ||
           (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF ||
           (code >= 0x1F3FB && code <= 0x1F3FF);
}

// One ASCII form for each kind of quotation mark, dash and space.
char const* plain_form(char32_t code) {
    switch (code) {
    case 0x00A0:
    case 0x202F:
    case 0x3000:
        return " ";
    case 0x2018:
    case 0x2019:
    case 0x02BC:
        return "'";
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x00AB:
    case 0x00BB:
        return "\"";
    case 0x2010:
    case 0x2011:
    case 0x2012:
        return "-";
    case 0x2014:
    case 0x2015:
        return ", ";
    case 0x2026:
        return "...";
    case 0x2028:
    case 0x2029:
        return "\n";
    default:
        return code >= 0x2000 && code <= 0x200A ? " " : nullptr;
    }
}

std::string visible(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto const [code, length] = character_at(text, at);
        if (length == 0) {
            ++at;
            continue;
        }
        bool const joins = code == 0x2014 && at > 0 && is_digit(text[at - 1]) && is_digit(char_at(text, at + length));
        if (auto const* plain = plain_form(code); plain && !joins) {
            out += plain;
        } else if (joins) { // "10—12"
            out += "–";
        } else if (!is_invisible(code)) {
            out.append(text.substr(at, length));
        }
        at += length;
    }
    return out;
}

constexpr std::size_t longest_markup = 2000; // bytes of one tag or link

// clang-format off
constexpr std::string_view html_tags[] = {
    "a", "abbr", "address", "article", "aside", "audio", "b", "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite",
    "code", "col", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "li", "link", "main",
    "mark", "meta", "nav", "object", "ol", "option", "p", "picture", "pre", "q", "s", "samp", "script", "section", "select", "small",
    "source", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "template", "textarea", "tfoot",
    "th", "thead", "time", "title", "tr", "track", "tt", "u", "ul", "var", "video", "wbr",
    // tokens of language models and of speech markup
    "eos", "bos", "pad", "unk", "think", "thinking", "thought", "reasoning", "reflection", "answer", "start_of_turn", "end_of_turn",
    "speak", "prosody", "break", "emphasis", "voice", "phoneme"};
// clang-format on

// Where a span in angle brackets that begins with a name ends, and that name in small letters.
struct Angle {
    std::size_t end = std::string_view::npos;
    std::string name;
    bool closing = false, attributes = false, capital = false;
};

Angle angle_at(std::string_view all, std::size_t at) {
    auto const text = all.substr(0, at + longest_markup); // so that work grows with the text only
    Angle angle;
    angle.closing = text.substr(at, 2) == "</";
    auto const name = at + (angle.closing ? 2 : 1);
    if (!is_ascii_letter(char_at(text, name))) {
        return angle;
    }
    auto const end = text.find_first_of("<>\n", name);
    if (end == std::string_view::npos || text[end] != '>') {
        return angle;
    }
    auto const name_end = text.find_first_of(" />", name);
    angle.end = end + 1;
    angle.name = lower_case(text.substr(name, name_end - name));
    angle.capital = is_upper(text[name]);
    angle.attributes = text.substr(name_end, end - name_end).find_first_not_of(" /") != std::string_view::npos;
    return angle;
}

// "<Enter>" and "<Select>" are keys, "<B>" is a tag when "</B>" follows.
bool is_tag(std::string_view text, std::size_t at, Angle const& angle) {
    if (!contains(html_tags, angle.name)) {
        return false;
    }
    if (!angle.capital || angle.closing || angle.attributes || angle.name == "br" || angle.name == "hr") {
        return true;
    }
    auto const near = lower_case(from(text, at).substr(0, longest_markup));
    return near.find("</" + angle.name + ">") != std::string::npos;
}

} // namespace

std::size_t tag_end(std::string_view all, std::size_t at) {
    auto const text = all.substr(0, at + longest_markup);
    if (text.substr(at, 2) == "<|") {
        constexpr std::size_t longest_token = 66;
        auto const end = text.substr(0, at + longest_token).find("|>", at + 2);
        return end != std::string_view::npos ? end + 2 : end;
    }
    if (text.substr(at, 4) == "<!--") {
        auto const end = text.find("-->", at + 4);
        return end == std::string_view::npos ? end : end + 3;
    }
    auto const angle = angle_at(all, at);
    return angle.end != std::string_view::npos && is_tag(all, at, angle) ? angle.end : std::string_view::npos;
}

namespace {

// Tags go; other names in angle brackets lose the brackets.
std::string without_tags(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '<') {
            out += text[at++];
            continue;
        }
        if (auto const end = tag_end(text, at); end != std::string_view::npos) {
            out += text.substr(at, 4) == "<br>" || text.substr(at, 3) == "</p" ? "\n" : " ";
            at = end;
            continue;
        }
        if (auto const angle = angle_at(text, at); angle.end != std::string_view::npos) {
            out += angle.closing ? " /" : " ";
            auto const begin = at + (angle.closing ? 2 : 1);
            out += text.substr(begin, angle.end - 1 - begin);
            out += ' ';
            at = angle.end;
            continue;
        }
        out += text[at++];
    }
    return out;
}

// "[words](address)" and "![words](address)" become the words.
std::string without_links(std::string_view line) {
    std::string out;
    for (std::size_t at = 0; at < line.size(); ++at) {
        bool const picture = line[at] == '!' && at + 1 < line.size() && line[at + 1] == '[';
        std::size_t const open = at + (picture ? 1 : 0);
        if (line[open] == '[') {
            auto const near = line.substr(0, open + longest_markup);
            auto const nested = near.find('[', open + 1);
            auto const middle = near.find("](", open);
            auto const end = middle == std::string_view::npos ? middle : near.find(')', middle + 2);
            if (end != std::string_view::npos && (nested == std::string_view::npos || nested > middle)) {
                out += line.substr(open + 1, middle - open - 1);
                at = end;
                continue;
            }
        }
        out += line[at];
    }
    return out;
}

// Emphasis and code marks: * and ` go wherever they touch a word from outside, _ and ~~ only at the edge of words.
std::string without_emphasis(std::string_view line) {
    std::string out;
    for (std::size_t at = 0; at < line.size(); ++at) {
        char const c = line[at];
        auto const run = is_in("*_~", c) ? std::min(line.find_first_not_of(c, at), line.size()) - at : 0;
        bool const alone = (at == 0 || line[at - 1] == ' ') && (at + run == line.size() || line[at + run] == ' ');
        if (run > 1 && (alone || run > 3)) { // no emphasis: "PIN: ****"
            out.append(line, at, run);
            at += run - 1;
            continue;
        }
        bool const in_number = run > 1 && at > 0 && is_digit(line[at - 1]) && is_digit(char_at(line, at + run));
        if (in_number) { // "10**2" is a power; what is left out never glues digits together
            out += c == '*' && run == 2 ? "^" : " ";
            at += run - 1;
            continue;
        }
        if (c == '`' || run > 1) {
            at += c == '`' ? 0 : run - 1;
            continue;
        }
        if (c == '*' || c == '_') {
            bool const after_word = at > 0 && (letter_at(line, at - 1) || is_digit(line[at - 1]));
            bool const before_word = at + 1 < line.size() && (letter_at(line, at + 1) || is_digit(line[at + 1]));
            if (!(after_word && before_word) && (after_word || before_word)) {
                continue;
            }
        }
        out += c;
    }
    return out;
}

// "---", "***", "===", "|---|:--|", "```cpp"
bool is_decoration(std::string_view line) {
    if (line.starts_with("```") || line.starts_with("~~~")) {
        return true;
    }
    return line.size() >= 3 && line.find_first_not_of("-*_=|:+ ") == std::string_view::npos;
}

// The start of a heading, quotation or list item; what it marks begins a block of its own.
std::size_t block_mark(std::string_view line) {
    std::size_t at = 0;
    auto const quoted = line.starts_with(">>") ? line.size() : std::min(line.find_first_not_of("> "), line.size());
    while (at < line.size() && line[at] == '>' && !is_digit(char_at(line, quoted))) { // "> 5" is a comparison
        at = std::min(line.find_first_not_of("> ", at), line.size());
    }
    auto const hashes = std::min(line.find_first_not_of('#', at), line.size()) - at;
    if (hashes >= 1 && hashes <= 6 && at + hashes < line.size() && line[at + hashes] == ' ') {
        return at + hashes + 1;
    }
    auto const rest = line.substr(at);
    if (rest.size() > 1 && std::string_view("-*+").find(rest[0]) != std::string_view::npos && rest[1] == ' ') {
        at += 2;
        auto const box = line.substr(at, 4);
        return box == "[ ] " || box == "[x] " || box == "[X] " ? at + 4 : at;
    }
    for (std::string_view bullet : {"• ", "● ", "■ ", "▪ ", "◦ ", "‣ ", "► ", "▶ ", "· "}) {
        if (rest.starts_with(bullet)) {
            return at + bullet.size();
        }
    }
    return at;
}

bool is_numbered(std::string_view line) {
    auto const digits = digits_at(line, 0);
    return digits > 0 && digits <= 3 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') &&
           line[digits + 1] == ' ';
}

void end_block(std::string& out) {
    auto const last = out.find_last_not_of(" \n\"')]*_");
    if (last != std::string::npos && std::string_view(".!?:;,").find(out[last]) == std::string_view::npos) {
        out += '.';
    }
    out += ' ';
}

std::string table_row(std::string_view line) {
    std::string out;
    for (std::size_t at = 0; at < line.size(); ++at) {
        bool const edge = at == 0 || at + 1 == line.size();
        out += line[at] != '|' ? std::string(1, line[at]) : edge ? " " : ", ";
    }
    return out;
}

} // namespace

std::string strip_markup(std::string_view text) {
    auto const clean = without_tags(visible(decode_entities(text)));
    std::string out;
    bool block_open = false;
    for (std::size_t at = 0; at <= clean.size();) {
        auto const end = std::min(clean.find('\n', at), clean.size());
        auto line = without_blanks(std::string_view(clean).substr(at, end - at));
        at = end + 1;
        if (line.empty() || is_decoration(line)) {
            if (block_open) {
                end_block(out);
            }
            block_open = false;
            continue;
        }
        auto const mark = block_mark(line);
        bool const table = line[0] == '|';
        bool const numbered = is_numbered(line);
        if (block_open && (mark > 0 || table || numbered)) {
            end_block(out);
        }
        auto const body = table ? table_row(line) : std::string(line.substr(mark));
        out += without_emphasis(without_links(body)) + " ";
        block_open = true;
        if (table || (mark > 0 && line[0] == '#')) {
            end_block(out);
            block_open = false;
        }
    }
    return out;
}

} // namespace echollama::speech
