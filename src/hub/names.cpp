#include "hub/names.h"

#include "base/ascii.h"
#include "base/error.h"

#include <algorithm>
#include <map>

namespace echollama::hub {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::vector<std::string> parts_of(std::string const& path) {
    std::vector<std::string> parts{""};
    for (char const c : path) {
        if (c == '/') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

bool is_plain_part(std::string const& part) {
    bool const letters = std::all_of(part.begin(), part.end(),
                                     [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
    return !part.empty() && part.size() <= 96 && letters && part.front() != '.' && part.front() != '-' &&
           part.find("..") == std::string::npos && part.find("--") == std::string::npos;
}

// What is told of a name must not carry control characters to the terminal.
std::string quoted(std::string const& text) {
    std::string clean;
    for (char const c : text.substr(0, 200)) {
        clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return "'" + clean + "'";
}

bool is_hexadecimal(std::string_view text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

void check_repository(std::string const& repository) {
    auto const parts = parts_of(repository);
    if (parts.size() > 2 || !std::all_of(parts.begin(), parts.end(), is_plain_part)) {
        throw Error(quoted(repository) + " is not the name of a repository; write it as OWNER/NAME.");
    }
}

void check_revision(std::string const& revision) {
    auto const parts = parts_of(revision);
    if (parts.size() > 8 || !std::all_of(parts.begin(), parts.end(), is_plain_part)) {
        throw Error(quoted(revision) + " is not a revision; name a branch, a tag or a commit.");
    }
}

void check_file_name(std::string const& path) {
    auto const parts = parts_of(path);
    bool const good = path.size() <= 1024 && std::all_of(parts.begin(), parts.end(), [](std::string const& part) {
                          bool const clean = std::all_of(part.begin(), part.end(), [](char c) {
                              return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '\\';
                          });
                          return !part.empty() && part.size() <= 255 && part != "." && part != ".." && clean;
                      });
    if (!good) {
        throw Error("The file name " + quoted(path) +
                    " leads out of its repository or cannot be a file's name, so nothing of it is used.");
    }
}

void check_no_clash(std::vector<std::string> const& paths) {
    std::map<std::string, std::string> taken; // folded path → path that is a file there
    for (auto const& path : paths) {
        auto const [other, fresh] = taken.emplace(lower_case(path), path);
        if (!fresh && other->second != path) {
            throw Error("The files " + quoted(other->second) + " and " + quoted(path) +
                        " differ only in capital letters, so not every disk can hold both; fetch one of them by name.");
        }
    }
    for (auto const& path : paths) {
        for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            if (auto const file = taken.find(lower_case(path.substr(0, slash))); file != taken.end()) {
                throw Error("The name " + quoted(file->second) + " is a file, and a folder of " + quoted(path) +
                            "; fetch one of them by name.");
            }
        }
    }
}

bool is_commit(std::string_view text) {
    return is_hexadecimal(text, 40);
}

bool is_content_name(std::string_view text) {
    return is_hexadecimal(text, 40) || is_hexadecimal(text, 64);
}

std::string repository_folder(std::string const& repository) {
    std::string folder = "models--";
    for (char const c : repository) {
        folder += c == '/' ? "--" : std::string(1, c);
    }
    return folder;
}

bool matches(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos && text[resume] != '/') {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

std::string address_path(std::string_view path) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    for (char const c : path) {
        if (is_letter_or_digit(c) || std::string_view("-_.~/").find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

} // namespace echollama::hub
