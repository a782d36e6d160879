// Addresses of the web and of mail, names and paths of files.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

constexpr std::string_view domains[] = {"com", "org", "net",  "edu",    "gov", "io", "dev", "app", "info", "ai", "mil",
                                        "int", "biz", "name", "museum", "tv",  "co", "me",  "uk",  "de",   "fr", "eu",
                                        "us",  "ca",  "au",   "jp",     "nl",  "ch", "it",  "es",  "at",   "be", "se",
                                        "dk",  "fi",  "pl",   "cz",     "br",  "in", "cn",  "ru",  "kr"};
// Country codes that are words: an address only with more than one dot or a path.
constexpr std::string_view word_domains[] = {"me", "in", "it", "at", "be", "us", "co", "name"};
constexpr std::string_view file_types[] = {
    "jpg",  "jpeg", "png", "gif",  "pdf",  "txt", "wav", "mp3",  "mp4", "zip",  "csv", "json", "doc", "docx", "html",
    "htm",  "py",   "cpp", "js",   "md",   "svg", "xml", "yaml", "yml", "exe",  "sh",  "log",  "xls", "xlsx", "ppt",
    "pptx", "tar",  "gz",  "webp", "heic", "mov", "avi", "c",    "h",   "java", "rs",  "go",   "gguf"};

bool is_address_character(char c) {
    return is_ascii_letter(c) || is_digit(c) || c == '-' || c == '_';
}

// The run of address characters and inner dots at the scan's position.
std::string_view dotted_run(std::string_view text, std::size_t at, std::string_view inner) {
    auto end = at;
    while (end < text.size() && (is_address_character(text[end]) ||
                                 (is_in(inner, text[end]) && end > at && is_address_character(char_at(text, end + 1)) &&
                                  is_address_character(text[end - 1])))) {
        ++end;
    }
    while (end > at && is_in("-_", text[end - 1])) {
        --end;
    }
    return text.substr(at, end - at);
}

// Where the path, query or port behind a host ends: before the marks that belong to the sentence.
std::size_t path_end(std::string_view text, std::size_t at) {
    if (!is_in("/:?#", char_at(text, at)) || (text[at] == ':' && !is_digit(char_at(text, at + 1))) ||
        (text[at] == '?' && !letter_at(text, at + 1))) {
        return at;
    }
    auto end = std::min(text.find_first_of(" \n\"<>", at), text.size());
    bool const bracket = text.substr(at, end - at).find('(') != std::string_view::npos;
    while (end > at && (is_in(".,;:!?'", text[end - 1]) || (text[end - 1] == ')' && !bracket))) {
        --end;
    }
    return end;
}

// "http://" and "https://" stand before every address and are not spoken; others are.
std::size_t scheme_size(std::string_view rest, bool& spoken) {
    auto const word = letters_at(rest, 0);
    auto const size = word.size() + 3;
    if (word.empty() || word.size() > 10 || !from(rest, word.size()).starts_with("://") ||
        !is_address_character(char_at(rest, size))) {
        return 0;
    }
    auto const lower = lower_case(word);
    spoken = lower != "http" && lower != "https";
    return size;
}

bool read_link(Scan& scan) {
    auto const rest = scan.rest();
    bool scheme_spoken = false;
    auto const scheme = scheme_size(rest, scheme_spoken);
    bool const www = lower_case(from(rest, scheme).substr(0, 4)) == "www.";
    if (scheme == 0 && !www) {
        return false;
    }
    auto const host = dotted_run(scan.text, scan.at + scheme, ".@");
    if (host.empty()) {
        return false;
    }
    auto const begin = scan.at + scheme, end = path_end(scan.text, begin + host.size());
    if (scheme_spoken) {
        scan.say(spell_address(rest.substr(0, scheme)));
    }
    scan.say(spell_address(scan.text.substr(begin, end - begin)));
    scan.at = end;
    return true;
}

// "name@example.com", "example.com/path", "photo.jpg"
bool read_name(Scan& scan) {
    auto const run = dotted_run(scan.text, scan.at, ".@+");
    auto const dot = run.rfind('.'), at_sign = run.find('@');
    if (dot == std::string_view::npos) {
        return false;
    }
    auto const ending = lower_case(run.substr(dot + 1));
    auto const end = path_end(scan.text, scan.at + run.size());
    bool const path = end > scan.at + run.size();
    bool const mail = at_sign < dot;
    bool const word = contains(word_domains, ending) && run.find('.') == dot && !path;
    bool const domain = contains(domains, ending) && !word && is_ascii_letter(ending[0]);
    // "end.It" is a missing space
    bool const file = contains(file_types, ending) && is_lower(run[dot + 1]);
    bool const letters = run.find_first_not_of("0123456789.") != std::string_view::npos;
    if (!mail && !((domain || file) && letters && at_sign == std::string_view::npos)) {
        return false;
    }
    scan.say(spell_address(scan.text.substr(scan.at, (mail || domain ? end : scan.at + run.size()) - scan.at)));
    scan.at = mail || domain ? end : scan.at + run.size();
    return true;
}

} // namespace

std::string spell_address(std::string_view address) {
    std::string out;
    for (char const c : address) {
        if (is_digit(c)) {
            out += " " + digit_words(std::string(1, c)) + " ";
        } else if (c == '.') {
            out += " dot ";
        } else if (c == '-') {
            out += " dash ";
        } else if (auto const* name = sign_name(c)) {
            out += std::string(" ") + name + " ";
        } else {
            out += c;
        }
    }
    return out;
}

bool read_electronic(Scan& scan) {
    char const before = scan.before();
    if (is_address_character(before) || is_in(".@", before)) {
        return false;
    }
    return read_link(scan) || read_name(scan);
}

} // namespace echollama::speech
