#include "train/data.h"

#include "base/error.h"
#include "base/log.h"
#include "rows/row_lines.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace echollama::train {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_line = 64U << 20U;

std::string text_of(Json const& row, char const* key, bool required) {
    auto const found = row.find(key);
    if (found == row.end() || found->is_null()) {
        if (required) {
            throw Error("'" + std::string(key) + "' is missing");
        }
        return "";
    }
    if (!found->is_string()) {
        throw Error("'" + std::string(key) + "' is not a text");
    }
    auto text = found->get<std::string>();
    if (required && text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw Error("'" + std::string(key) + "' is empty");
    }
    return text;
}

Tokens tokens_of(Json const& row, std::string const& key, std::int64_t vocabulary) {
    auto const found = row.find(key);
    if (found == row.end() || !found->is_array() || found->empty()) {
        throw Error("'" + key + "' is missing or no list of token ids");
    }
    Tokens tokens;
    for (auto const& id : *found) {
        if (!id.is_number_integer() || id.is_number_float() || id.get<std::int64_t>() < 0 ||
            id.get<std::int64_t>() >= vocabulary) {
            throw Error("'" + key + "' holds something else than ids of the model's " + std::to_string(vocabulary) +
                        " tokens");
        }
        tokens.push_back(id.get<std::int32_t>());
    }
    return tokens;
}

void check_tokens(Tokens const& tokens, char const* key, std::int64_t vocabulary) {
    bool const known = std::all_of(tokens.begin(), tokens.end(), [&](auto id) { return id >= 0 && id < vocabulary; });
    if (tokens.empty() || !known) {
        throw Error("'" + std::string(key) + "' does not become tokens of the model");
    }
}

std::size_t length(Row const& row) {
    return row.prompt.size() + std::max(row.chosen.size(), row.rejected.size());
}

[[noreturn]] void refuse(std::filesystem::path const& path, std::int64_t line, std::string const& why) {
    throw Error("Row " + std::to_string(line) + " of the data " + path.string() + " cannot be used: " + why + ".");
}

} // namespace

Row parse_row(std::string_view json, Task task, Encoder const& encoder) {
    auto const object = Json::parse(json, nullptr, false);
    if (object.is_discarded() || !object.is_object()) {
        throw Error("it is not a JSON object");
    }
    Row row;
    bool const pair = task == Task::preferences;
    if (object.contains("prompt_ids")) {
        row.prompt = tokens_of(object, "prompt_ids", encoder.vocabulary);
        row.chosen = tokens_of(object, "chosen_ids", encoder.vocabulary);
        row.rejected = pair ? tokens_of(object, "rejected_ids", encoder.vocabulary) : Tokens{};
        return row;
    }
    row.prompt = encoder.prompt(text_of(object, "system", false), text_of(object, "prompt", true));
    row.chosen = encoder.answer(text_of(object, "chosen", true));
    check_tokens(row.prompt, "prompt", encoder.vocabulary);
    check_tokens(row.chosen, "chosen", encoder.vocabulary);
    if (pair) {
        row.rejected = encoder.answer(text_of(object, "rejected", true));
        check_tokens(row.rejected, "rejected", encoder.vocabulary);
    }
    return row;
}

std::vector<Row> read_rows(std::filesystem::path const& path, Task task, Encoder const& encoder,
                           DataConfig const& config) {
    std::vector<Row> rows;
    std::int64_t dropped = 0;
    rows::for_each_line(path, longest_line, [&](std::size_t number, std::string const& text) {
        auto const line = static_cast<std::int64_t>(number);
        Row row;
        try {
            row = parse_row(text, task, encoder);
        } catch (Error const& error) { // the caller hears which row it is
            refuse(path, line, error.what());
        }
        row.line = line;
        if (static_cast<std::int64_t>(length(row)) <= config.longest) {
            rows.push_back(std::move(row));
        } else if (config.drops_longer) {
            ++dropped;
        } else {
            refuse(path, line,
                   "it has " + std::to_string(length(row)) + " tokens and sequence_len allows " +
                       std::to_string(config.longest) +
                       "; raise that, or leave such rows out with longer_rows = \"drop\"");
        }
    });
    if (dropped > 0) {
        log::warning(std::to_string(dropped) + " rows of " + path.string() +
                     " are longer than sequence_len and left out.");
    }
    if (rows.empty()) {
        throw Error("The data " + path.string() + " hold no rows; each line must be a JSON object.");
    }
    return rows;
}

} // namespace echollama::train
