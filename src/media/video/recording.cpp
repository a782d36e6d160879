#include "media/video/recording.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echollama {
namespace {

constexpr std::size_t most_lines = 1'000'000;

// A name from a list may lead nowhere but into the folder.
bool stays_inside(std::filesystem::path const& file) {
    return !file.empty() && file.is_relative() &&
           std::none_of(file.begin(), file.end(), [](auto const& part) { return part == ".."; });
}

std::string_view trimmed(std::string_view line) {
    auto const blank = std::string_view(" \t\r");
    auto const first = line.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view()
                                           : line.substr(first, line.find_last_not_of(blank) - first + 1);
}

TimedFile parse_line(std::string_view line, std::string const& name) {
    TimedFile entry;
    auto const [end, fault] = std::from_chars(line.data(), line.data() + line.size(), entry.seconds);
    auto const rest = trimmed(line.substr(static_cast<std::size_t>(end - line.data())));
    if (fault != std::errc() || !std::isfinite(entry.seconds)) {
        throw Error("A line of " + name + " does not begin with a time; it is no list of a recording.");
    }
    entry.file = std::string(rest.substr(0, rest.find_first_of(" \t")));
    if (!stays_inside(entry.file)) {
        throw Error("A line of " + name + " names no file inside of the recording.");
    }
    return entry;
}

} // namespace

std::vector<TimedFile> parse_recording_list(std::string_view text, std::string const& name) {
    std::vector<TimedFile> entries;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        if (entries.size() == most_lines) {
            throw Error(name + " lists more than a million pictures; take a part of them.");
        }
        entries.push_back(parse_line(line, name));
    }
    if (entries.empty()) {
        throw Error(name + " lists no pictures; record again.");
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](auto const& a, auto const& b) { return a.seconds < b.seconds; });
    return entries;
}

std::vector<RecordedPair> pair_in_time(std::vector<TimedFile> const& pictures, std::vector<TimedFile> const& depths) {
    struct Candidate {
        double apart;
        std::size_t picture, depth;
    };
    std::vector<Candidate> candidates;
    constexpr std::size_t neighbours = 8; // of one picture, where times are crowded
    for (std::size_t p = 0; p < pictures.size(); ++p) {
        double const time = pictures[p].seconds;
        auto first = std::lower_bound(depths.begin(), depths.end(), time - recording_pair_s,
                                      [](TimedFile const& a, double b) { return a.seconds < b; });
        for (std::size_t n = 0; n < neighbours && first != depths.end(); ++n, ++first) {
            double const apart = std::abs(first->seconds - time);
            if (apart <= recording_pair_s) {
                candidates.push_back({apart, p, static_cast<std::size_t>(first - depths.begin())});
            }
        }
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](auto const& a, auto const& b) { return a.apart < b.apart; });
    std::vector<bool> taken(depths.size());
    std::vector<std::filesystem::path> depth_of(pictures.size());
    for (auto const& candidate : candidates) {
        if (!taken[candidate.depth] && depth_of[candidate.picture].empty()) {
            taken[candidate.depth] = true;
            depth_of[candidate.picture] = depths[candidate.depth].file;
        }
    }
    std::vector<RecordedPair> pairs;
    for (std::size_t p = 0; p < pictures.size(); ++p) {
        if (candidates.empty() || !depth_of[p].empty()) {
            pairs.push_back({pictures[p], depth_of[p]});
        }
    }
    return pairs;
}

} // namespace echollama
