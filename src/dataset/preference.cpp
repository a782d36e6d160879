#include "dataset/preference.h"

#include "base/error.h"
#include "wording/grounding.h"

#include <nlohmann/json.hpp>

namespace echollama::dataset {
namespace {

using Json = nlohmann::ordered_json;

Json claims_json(ClaimTally const& tally) {
    return {{"supported", tally.supported}, {"contradicted", tally.contradicted}, {"unknown", tally.unknown}};
}

std::string text_of(Json const& row, char const* key, bool needed) {
    auto const found = row.find(key);
    if (found == row.end() || found->is_null()) {
        if (needed) {
            throw Error(std::string("it has no '") + key + "'");
        }
        return "";
    }
    if (!found->is_string()) {
        throw Error(std::string("its '") + key + "' is no text");
    }
    auto text = found->get<std::string>();
    if (needed && text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw Error(std::string("its '") + key + "' is empty");
    }
    return text;
}

int count_of(Json const& tally, char const* key) {
    auto const found = tally.find(key);
    bool const fits = found != tally.end() && found->is_number_unsigned() && found->get<std::uint64_t>() < 1'000'000;
    return fits ? found->get<int>() : 0;
}

ClaimTally claims_of(Json const& row, char const* key) {
    auto const found = row.find(key);
    if (found == row.end() || !found->is_object()) {
        return {};
    }
    return {count_of(*found, "supported"), count_of(*found, "contradicted"), count_of(*found, "unknown")};
}

} // namespace

ClaimTally tally_claims(std::string const& text, Scene const& scene) {
    ClaimTally tally;
    for (auto const& claim : check_claims(text, scene)) {
        auto& count = claim.verdict == Verdict::supported      ? tally.supported
                      : claim.verdict == Verdict::contradicted ? tally.contradicted
                                                               : tally.unknown;
        ++count;
    }
    return tally;
}

std::string to_json_line(Preference const& row) {
    Json json;
    if (!row.system.empty()) {
        json["system"] = row.system;
    }
    json["prompt"] = row.prompt;
    json["chosen"] = row.chosen;
    json["rejected"] = row.rejected;
    for (auto const& [key, value] : {std::pair{"image", &row.image}, {"teacher", &row.teacher}, {"base", &row.base}}) {
        if (!value->empty()) {
            json[key] = *value;
        }
    }
    if (row.has_claims) {
        json["chosen_claims"] = claims_json(row.chosen_claims);
        json["rejected_claims"] = claims_json(row.rejected_claims);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Preference parse_preference(std::string_view line) {
    auto const json = Json::parse(line, nullptr, false);
    if (json.is_discarded() || !json.is_object()) {
        throw Error("it is no JSON object");
    }
    Preference row{text_of(json, "system", false),  text_of(json, "prompt", true), text_of(json, "chosen", true),
                   text_of(json, "rejected", true), text_of(json, "image", false), text_of(json, "teacher", false),
                   text_of(json, "base", false)};
    row.has_claims = json.contains("chosen_claims") && json.contains("rejected_claims");
    if (row.has_claims) {
        row.chosen_claims = claims_of(json, "chosen_claims");
        row.rejected_claims = claims_of(json, "rejected_claims");
    }
    return row;
}

} // namespace echollama::dataset
