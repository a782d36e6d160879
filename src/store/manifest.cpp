#include "store/manifest.h"

#include "base/error.h"
#include "base/installed_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace echollama::store {
namespace {

using nlohmann::json;

// A manifest names files inside packages and inside the models folder; it must not lead out of them.
std::string inside_path(json const& value) {
    auto text = value.get<std::string>();
    std::filesystem::path path(text);
    bool leads_out = path.is_absolute() || path.empty();
    for (auto const& part : path) {
        leads_out = leads_out || part == "..";
    }
    if (leads_out) {
        throw Error("path '" + text + "' is not inside its folder");
    }
    return text;
}

SourceFile parse_source(json const& value) {
    SourceFile source{inside_path(value.at("path")), value.at("bytes").get<std::uint64_t>(),
                      value.at("sha256").get<std::string>(), value.value("package", "")};
    if (source.sha256.size() != 64) {
        throw Error("sha256 of '" + source.path + "' does not have 64 digits");
    }
    return source;
}

ModelEntry parse_entry(json const& value) {
    ModelEntry entry;
    entry.name = inside_path(value.at("name"));
    entry.role = value.at("role").get<std::string>();
    entry.title = value.at("title").get<std::string>();
    entry.licence = value.value("licence", "");
    entry.package = value.at("package").get<std::string>();
    entry.convert = value.at("convert").get<std::string>();
    entry.starter = value.value("starter", false);
    entry.better = value.value("better", false);
    for (auto const& source : value.at("sources")) {
        entry.sources.push_back(parse_source(source));
        if (entry.sources.back().package.empty()) {
            entry.sources.back().package = entry.package;
        }
    }
    if (value.contains("result")) {
        entry.result = parse_source(value.at("result"));
    }
    if (entry.sources.empty()) {
        throw Error("model '" + entry.name + "' has no sources");
    }
    return entry;
}

std::filesystem::path manifest_path() {
    return installed_file("share/echollama/models/manifest.json", ECHOLLAMA_MANIFEST);
}

} // namespace

std::filesystem::path starter_adapter() {
    return manifest_path().parent_path() / "smollm2-135m-instruct-scenes.gguf";
}

std::vector<std::string> ModelEntry::packages() const {
    std::vector<std::string> names;
    for (auto const& source : sources) {
        auto const& carrier = source.package.empty() ? package : source.package;
        if (std::find(names.begin(), names.end(), carrier) == names.end()) {
            names.push_back(carrier);
        }
    }
    return names;
}

std::vector<ModelEntry> parse_manifest(std::string const& text, std::string const& name) {
    try {
        std::vector<ModelEntry> entries;
        auto const document = json::parse(text);
        for (auto const& value : document.at("models")) {
            entries.push_back(parse_entry(value));
        }
        return entries;
    } catch (std::exception const& error) {
        throw Error("The model list " + name + " cannot be read (" + error.what() + "); reinstall the program.");
    }
}

std::vector<ModelEntry> load_manifest() {
    auto path = manifest_path();
    std::ifstream file(path);
    if (!file) {
        throw Error("The model list " + path.string() + " is missing; reinstall the program.");
    }
    return parse_manifest({std::istreambuf_iterator<char>(file), {}}, path.string());
}

} // namespace echollama::store
