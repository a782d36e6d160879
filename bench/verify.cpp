// How well --verify tells right speech from wrong. bench_verify TRANSCRIPTS [VOICE]: reads what bench_speech_errors
// wrote to standard error. False alarms: sentences whose own transcript is called wrong. Misses: transcripts that pass
// for a sentence of which one word was changed (left and right, a number, a negation, a unit, a thing), as if the voice
// had said something else than was written.
#include "base/error.h"
#include "verify/key_words.h"
#include "wording/mentions.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace echollama;

namespace {

struct Line {
    std::string written, heard;
    std::size_t errors = 0;
};

std::vector<Line> read_lines(char const* path, std::string const& voice) {
    std::vector<Line> lines;
    std::ifstream file(path);
    for (std::string row; std::getline(file, row);) {
        std::istringstream cells(row);
        std::string name, errors;
        Line line;
        if (std::getline(cells, name, '\t') && std::getline(cells, errors, '\t') &&
            std::getline(cells, line.written, '\t') && (voice.empty() || name == voice)) {
            std::getline(cells, line.heard, '\t');
            line.errors = std::stoul(errors);
            lines.push_back(line);
        }
    }
    return lines;
}

struct Changed {
    std::string kind, text;
};

std::string replaced(std::string const& text, std::size_t begin, std::size_t end, std::string const& by) {
    return text.substr(0, begin) + by + text.substr(end);
}

// Everything that one changed word makes of the sentence.
std::vector<Changed> changes(std::string const& text, std::set<std::string> const& things) {
    static std::map<std::string, std::pair<char const*, char const*>> const others{
        {"left", {"side", "right"}},        {"right", {"side", "left"}},        {"behind", {"direction", "before"}},
        {"ahead", {"direction", "behind"}}, {"up", {"direction", "down"}},      {"down", {"direction", "up"}},
        {"not", {"negation", ""}},          {"no", {"negation", "a"}},          {"metres", {"unit", "centimetres"}},
        {"two", {"number", "three"}},       {"centimetres", {"unit", "metres"}}};
    std::vector<Changed> all;
    auto const words = split_words(text);
    for (auto const& word : words) {
        if (auto const found = others.find(word.text); found != others.end()) {
            all.push_back({found->second.first, replaced(text, word.begin, word.end, found->second.second)});
        }
        bool const figures =
            std::all_of(word.text.begin(), word.text.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (figures && word.text.size() < 9) {
            auto const value = std::stol(word.text);
            for (long const other : {value + 1, value + 10}) {
                all.push_back({"number", replaced(text, word.begin, word.end, std::to_string(other))});
            }
        }
    }
    for (auto const& mention : find_mentions(words)) {
        auto const begin = words[mention.first].begin, end = words[mention.first + mention.count - 1].end;
        for (auto const& thing : things) { // those that are spelled most alike, and one other
            bool const alike = thing.size() == mention.words.size() && thing[0] == mention.words[0];
            if (thing != mention.words && thing + "s" != mention.words && (alike || thing == "umbrella")) {
                all.push_back({alike ? "thing alike" : "thing", replaced(text, begin, end, thing)});
            }
        }
    }
    return all;
}

std::set<std::string> things_of(std::vector<Line> const& lines) {
    std::set<std::string> things{"umbrella", "cat", "car", "cup", "cap", "bus",
                                 "bat",      "bag", "bed", "pan", "pen", "pot"};
    for (auto const& line : lines) {
        for (auto const& mention : find_mentions(split_words(line.written))) {
            things.insert(mention.words);
        }
    }
    return things;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        throw UsageError("usage: bench_verify TRANSCRIPTS [VOICE]");
    }
    auto const lines = read_lines(argv[1], argc > 2 ? argv[2] : "");
    auto const things = things_of(lines);
    std::size_t alarms = 0, misheard = 0;
    std::map<std::string, std::pair<std::size_t, std::size_t>> kinds; // missed, all
    for (auto const& line : lines) {
        auto const missing = missing_key_words(line.written, line.heard);
        misheard += line.errors > 0 ? 1 : 0;
        if (!missing.empty()) {
            ++alarms;
            std::fprintf(stderr, "alarm\t%s\t%s\t%s\n", missing[0].c_str(), line.written.c_str(), line.heard.c_str());
        }
        for (auto const& changed : changes(line.written, things)) {
            auto& [missed, all] = kinds[changed.kind];
            ++all;
            if (missing_key_words(changed.text, line.heard).empty()) {
                ++missed;
                std::fprintf(stderr, "missed\t%s\t%s\t%s\n", changed.kind.c_str(), changed.text.c_str(),
                             line.heard.c_str());
            }
        }
    }
    std::printf("%zu sentences, %zu with any word misheard, %zu called wrong\n", lines.size(), misheard, alarms);
    for (auto const& [kind, counts] : kinds) {
        std::printf("%-12s changed: %zu of %zu not noticed\n", kind.c_str(), counts.first, counts.second);
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
