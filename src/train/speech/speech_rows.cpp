#include "train/speech/speech_rows.h"

#include "base/error.h"
#include "voice/orpheus/orpheus_frames.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace echollama::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_line = 1U << 20U;

std::string spoken(std::string const& source, std::string const& text) {
    return source.empty() ? text : source + ": " + text;
}

// A name inside the folder.
fs::path sound_in(fs::path const& folder, std::string const& name) {
    fs::path const path = name;
    if (name.empty() || path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()) {
        throw Error("it names no sound inside the folder");
    }
    return folder / path;
}

Recording recording(fs::path const& folder, std::string const& name, std::string const& source,
                    std::string const& text) {
    if (text.empty()) {
        throw Error("it has no text");
    }
    return {sound_in(folder, name), spoken(source, text), ""};
}

class CsvColumns {
  public:
    explicit CsvColumns(std::vector<std::string> names) : names_(std::move(names)) {}

    std::string of(std::vector<std::string> const& cells, char const* name) const {
        auto const found = std::find(names_.begin(), names_.end(), name);
        auto const place = static_cast<std::size_t>(found - names_.begin());
        return place < cells.size() && found != names_.end() ? cells[place] : "";
    }
    Recording row(std::string const& line, fs::path const& folder) const {
        auto const cells = parse_csv_line(line);
        if (cells.size() != names_.size()) {
            throw Error("it has " + std::to_string(cells.size()) + " cells instead of " +
                        std::to_string(names_.size()));
        }
        auto const text = of(cells, "text");
        return recording(folder, of(cells, "file_name"), of(cells, "source"),
                         text.empty() ? of(cells, "transcription") : text);
    }

  private:
    std::vector<std::string> names_;
};

using LineParser = std::function<Recording(std::string const& line)>;

std::vector<Recording> read_lines(fs::path const& file, std::int64_t from, LineParser const& parse) {
    std::ifstream stream(file, std::ios::binary);
    std::vector<Recording> all;
    std::string line;
    for (std::int64_t number = 1; std::getline(stream, line); ++number) {
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        if (number < from || line.empty()) {
            continue;
        }
        auto const where = "line " + std::to_string(number) + " of " + file.string();
        try {
            if (line.size() > longest_line) {
                throw Error("it is longer than a megabyte");
            }
            all.push_back(parse(line));
        } catch (Error const& error) { // the caller hears which line it is
            throw Error("The " + where + " cannot be used: " + error.what() + ".");
        }
        all.back().where = where;
        if (!fs::is_regular_file(all.back().sound)) {
            throw Error("The sound " + all.back().sound.string() + ", named in " + where + ", is missing.");
        }
    }
    if (all.empty()) {
        throw Error("The file " + file.string() + " names no recordings.");
    }
    return all;
}

} // namespace

std::vector<std::size_t> kept_frames(SnacCodes const& codes) {
    std::vector<std::size_t> kept;
    auto const& coarse = codes.levels[0];
    for (std::size_t i = 0; i < coarse.size(); ++i) {
        if (i == 0 || coarse[i] != coarse[i - 1]) {
            kept.push_back(i);
        }
    }
    return kept;
}

std::vector<std::int32_t> speech_tokens(std::span<std::int32_t const> text, SnacCodes const& codes) {
    auto const frames = to_frames(codes);
    std::vector<SnacFrame> kept;
    for (auto place : kept_frames(codes)) {
        kept.push_back(frames[place]);
    }
    std::vector<std::int32_t> tokens = {orpheus::start_of_human};
    tokens.insert(tokens.end(), text.begin(), text.end());
    tokens.insert(tokens.end(),
                  {orpheus::end_of_text, orpheus::end_of_human, orpheus::start_of_ai, orpheus::start_of_speech});
    auto const sound = to_tokens(kept);
    tokens.insert(tokens.end(), sound.begin(), sound.end());
    tokens.insert(tokens.end(), {orpheus::end_of_speech, orpheus::end_of_ai});
    return tokens;
}

Recording parse_ljspeech_line(std::string const& line, fs::path const& folder) {
    auto const first = line.find('|');
    if (first == std::string::npos) {
        throw Error("it is not of the form id|text");
    }
    auto const second = line.find('|', first + 1);
    auto const written = line.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    auto const said = second == std::string::npos ? "" : line.substr(second + 1);
    return recording(folder / "wavs", line.substr(0, first) + ".wav", "", said.empty() ? written : said);
}

Recording parse_audiofolder_row(std::string const& json, fs::path const& folder) {
    auto const row = nlohmann::json::parse(json, nullptr, false);
    if (!row.is_object()) {
        throw Error("it is not a JSON object");
    }
    auto text = [&](char const* key) {
        auto const found = row.find(key);
        return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    auto const words = text("text");
    return recording(folder, text("file_name"), text("source"), words.empty() ? text("transcription") : words);
}

std::vector<std::string> parse_csv_line(std::string const& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char const c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += line[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    if (quoted) {
        throw Error("a quotation mark in it is not closed");
    }
    return cells;
}

std::vector<Recording> read_recordings(fs::path const& folder) {
    if (fs::exists(folder / "metadata.jsonl")) {
        return read_lines(folder / "metadata.jsonl", 1,
                          [&](std::string const& line) { return parse_audiofolder_row(line, folder); });
    }
    auto const csv = folder / "metadata.csv";
    std::string head;
    if (std::ifstream file(csv, std::ios::binary); !file || !std::getline(file, head)) {
        throw Error("The folder " + folder.string() +
                    " has no metadata.jsonl or metadata.csv that says what its recordings are.");
    }
    head.erase(std::remove(head.begin(), head.end(), '\r'), head.end());
    auto const names = parse_csv_line(head.find("file_name") == std::string::npos ? "" : head);
    if (names.size() < 2) {
        return read_lines(csv, 1, [&](std::string const& line) { return parse_ljspeech_line(line, folder); });
    }
    CsvColumns const columns(names);
    return read_lines(csv, 2, [&](std::string const& line) { return columns.row(line, folder); });
}

} // namespace echollama::train
