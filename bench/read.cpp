// How long reading takes, and what is read: bench_read FOLDER-OF-MODEL [--threads N] [--times N]
// [--signs COUNT [--words]] [--photos LIST FOLDER] [IMAGE…].
// --signs: word accuracy on rendered signs; --words: also each word, R(ight) or W(rong), and how sure it is.
// --photos: word accuracy on pictures of a list as tests/data/reading_photos.tsv.
#include "base/error.h"
#include "media/picture/image_io.h"
#include "reader/paddle_reader.h"
#include "support/signs.h"
#include "verify/word_errors.h"
#include "wording/reading_order.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace echollama;

namespace {

struct Took {
    double wall_ms = 0, cpu_ms = 0; // cpu: of all threads together
};

template <typename Work>
Took measure(Work const& work) {
    auto const cpu = std::clock();
    auto const start = std::chrono::steady_clock::now();
    work();
    return {std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(),
            1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

void read_picture(Reader& reader, std::string const& file, std::size_t times) {
    auto const image = load_image(file).image;
    std::vector<TextLine> lines;
    std::vector<double> wall, cpu;
    for (std::size_t i = 0; i < times; ++i) {
        auto took = measure([&] { lines = reader.read(image); });
        wall.push_back(took.wall_ms);
        cpu.push_back(took.cpu_ms);
    }
    std::sort(wall.begin(), wall.end());
    std::sort(cpu.begin(), cpu.end());
    std::printf("%s: %d x %d, %zu lines, median %.0f ms (%.0f ms of processor time)\n", file.c_str(), image.width,
                image.height, lines.size(), wall[times / 2], cpu[times / 2]);
    for (auto const& line : lines) {
        std::printf("  %zu", line.block);
        for (auto const& word : line.words) {
            std::printf(" %s(%.2f)", word.text.c_str(), static_cast<double>(word.confidence));
        }
        std::printf("  at %.0f, %.0f, %.0f degrees\n", static_cast<double>(line.corners[0].x),
                    static_cast<double>(line.corners[0].y), static_cast<double>(angle_of(line)));
    }
}

void read_signs(Reader& reader, std::uint64_t count, bool show) {
    WordErrors all;
    double wall = 0, cpu = 0;
    for (std::uint64_t seed = 0; seed < count; ++seed) {
        auto const sign = test::make_sign(seed);
        std::vector<TextLine> lines;
        auto took = measure([&] { lines = reader.read(sign.image); });
        wall += took.wall_ms;
        cpu += took.cpu_ms;
        std::vector<std::string> read;
        std::vector<float> sure;
        for (auto const& line : lines) {
            for (auto const& word : line.words) {
                read.push_back(word.text);
                sure.push_back(word.confidence);
            }
        }
        WordErrors errors;
        errors.words = sign.words.size();
        for (auto const& match : align_words(sign.words, read)) {
            if (match.same) {
                for (std::size_t i = 0; show && i < match.heard_count; ++i) {
                    std::printf("R %.3f %s\n", static_cast<double>(sure[match.heard + i]),
                                read[match.heard + i].c_str());
                }
                continue;
            }
            auto const both = std::min(match.said_count, match.heard_count);
            errors.substituted += both;
            errors.missing += match.said_count - both;
            errors.added += match.heard_count - both;
            for (std::size_t i = 0; show && i < match.heard_count; ++i) {
                std::printf("W %.3f %s\n", static_cast<double>(sure[match.heard + i]), read[match.heard + i].c_str());
            }
        }
        if (errors.errors() > 0) {
            std::printf("sign %llu (%s, %.0f degrees):", static_cast<unsigned long long>(seed), sign.font.c_str(),
                        static_cast<double>(sign.turn_deg));
            for (auto const& word : sign.words) {
                std::printf(" %s", word.c_str());
            }
            std::printf(" ->");
            for (auto const& word : read) {
                std::printf(" %s", word.c_str());
            }
            std::printf("\n");
        }
        all += errors;
    }
    std::printf(
        "%zu words on %llu signs: %zu wrong, %zu missing, %zu added; accuracy %.1f %%; %.0f ms a sign (%.0f ms of "
        "processor time)\n",
        all.words, static_cast<unsigned long long>(count), all.substituted, all.missing, all.added,
        100 * (1 - all.rate()), wall / static_cast<double>(count), cpu / static_cast<double>(count));
}

// Pictures with the words in them, in whatever order.
void read_photos(Reader& reader, std::filesystem::path const& list, std::filesystem::path const& folder) {
    std::ifstream file(list);
    std::size_t photos = 0, words = 0, right = 0, added = 0, without_text = 0, invented = 0;
    for (std::string row; std::getline(file, row);) {
        if (row.empty() || row[0] == '#') {
            continue;
        }
        auto const tab = std::min(row.find('\t'), row.size());
        std::istringstream text(row.substr(tab));
        std::multiset<std::string> wanted{std::istream_iterator<std::string>(text), {}};
        std::string missing, wrong;
        std::size_t found = 0, read = 0;
        auto const all = wanted.size();
        for (auto const& line : reader.read(load_image(folder / row.substr(0, tab)).image)) {
            for (auto const& word : line.words) {
                ++read;
                auto const match = wanted.find(word.text);
                if (match != wanted.end()) {
                    wanted.erase(match);
                    ++found;
                } else {
                    wrong += " " + word.text;
                }
            }
        }
        for (auto const& word : wanted) {
            missing += " " + word;
        }
        if (!missing.empty() || !wrong.empty()) {
            std::printf("%s: not read:%s; instead:%s\n", row.substr(0, tab).c_str(), missing.c_str(), wrong.c_str());
        }
        photos += all > 0;
        words += all;
        right += found;
        added += all > 0 ? read - found : 0;
        without_text += all == 0;
        invented += all == 0 && read > 0;
    }
    std::printf(
        "%zu words on %zu pictures: %zu right (%.1f %%), %zu others read; %zu pictures without text: something read in "
        "%zu\n",
        words, photos, right, 100.0 * static_cast<double>(right) / static_cast<double>(std::max<std::size_t>(1, words)),
        added, without_text, invented);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
        std::cerr << "usage: bench_read FOLDER-OF-MODEL [--threads N] [--times N] [--signs COUNT [--words]] [--photos "
                     "LIST FOLDER] "
                     "[IMAGE...]\n";
        return 2;
    }
    try {
        int threads = 2;
        std::size_t times = 5;
        std::uint64_t signs = 0;
        bool words = false;
        std::string list, folder;
        std::vector<std::string> pictures;
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            if (arguments[i] == "--threads" && i + 1 < arguments.size()) {
                threads = std::stoi(arguments[++i]);
            } else if (arguments[i] == "--signs" && i + 1 < arguments.size()) {
                signs = std::stoull(arguments[++i]);
            } else if (arguments[i] == "--photos" && i + 2 < arguments.size()) {
                list = arguments[++i];
                folder = arguments[++i];
            } else if (arguments[i] == "--times" && i + 1 < arguments.size()) {
                times = std::max(1UL, std::stoul(arguments[++i]));
            } else if (arguments[i] == "--words") {
                words = true;
            } else {
                pictures.push_back(arguments[i]);
            }
        }
        auto reader = make_paddle_reader(arguments[0], threads);
        if (signs > 0) {
            read_signs(*reader, signs, words);
        }
        if (!list.empty()) {
            read_photos(*reader, list, folder);
        }
        for (auto const& picture : pictures) {
            read_picture(*reader, picture, times);
        }
    } catch (std::exception const& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
