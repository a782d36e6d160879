#include "store/manifest.h"

#include "base/error.h"
#include "base/installed_file.h"
#include "hub/names.h"

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
    source.own = value.value("own", false);
    if (source.sha256.size() != 64) {
        throw Error("sha256 of '" + source.path + "' does not have 64 digits");
    }
    return source;
}

SourceFile parse_hub_source(json const& value) {
    SourceFile source{inside_path(value.at("path")),
                      value.value("bytes", std::uint64_t{0}),
                      value.value("sha256", ""),
                      "",
                      value.value("about_bytes", std::uint64_t{0}),
                      value.value("optional", false)};
    if (!source.sha256.empty() && source.sha256.size() != 64) {
        throw Error("sha256 of '" + source.path + "' does not have 64 digits");
    }
    return source;
}

void parse_place(json const& value, ModelEntry& entry) {
    entry.package = value.value("package", "");
    entry.repository = value.value("repository", "");
    entry.revision = value.value("revision", "main");
    entry.url = value.value("url", "");
    if (int{!entry.package.empty()} + int{!entry.repository.empty()} + int{!entry.url.empty()} != 1) {
        throw Error("model '" + entry.name + "' needs one of package, repository and url");
    }
    if (!entry.repository.empty()) {
        hub::check_repository(entry.repository);
        hub::check_revision(entry.revision);
    }
}

ModelEntry parse_entry(json const& value) {
    ModelEntry entry;
    entry.name = inside_path(value.at("name"));
    entry.role = value.at("role").get<std::string>();
    entry.title = value.at("title").get<std::string>();
    entry.licence = value.value("licence", "");
    parse_place(value, entry);
    entry.convert = value.at("convert").get<std::string>();
    entry.type = value.value("type", "");
    entry.base = value.value("base", "");
    entry.terms = value.value("terms", "");
    entry.starter = value.value("starter", false);
    entry.better = value.value("better", false);
    entry.presets = value.value("presets", std::vector<std::string>());
    if (entry.starter) {
        entry.presets.emplace_back("starter");
    }
    for (auto const& source : value.at("sources")) {
        entry.sources.push_back(entry.package.empty() ? parse_hub_source(source) : parse_source(source));
        if (entry.sources.back().package.empty()) {
            entry.sources.back().package = entry.package;
        }
    }
    if (value.contains("result")) {
        entry.result = parse_source(value.at("result"));
    }
    if (entry.sources.empty() || (!entry.url.empty() && entry.sources.size() != 1)) {
        throw Error("model '" + entry.name + "' has no sources, or several behind one address");
    }
    return entry;
}

} // namespace

std::vector<std::string> ModelEntry::packages() const {
    std::vector<std::string> names;
    for (auto const& source : sources) {
        auto const& carrier = source.package.empty() ? package : source.package;
        if (!source.own && std::find(names.begin(), names.end(), carrier) == names.end()) {
            names.push_back(carrier);
        }
    }
    return names;
}

std::uint64_t ModelEntry::about_bytes() const {
    std::uint64_t sum = 0;
    for (auto const& source : sources) {
        sum += source.own ? 0 : source.bytes > 0 ? source.bytes : source.about_bytes;
    }
    return sum;
}

std::vector<Preset> const& presets() {
    static std::vector<Preset> const all{
        {"paper", "the paper's own models; wants a large computer"},
        {"fast", "the paper's models in smaller numbers, for processors"},
        {"small", "what a laptop with 16 GB runs beside other work"},
        {"starter", "small models of other makers, which ./run installs"},
    };
    return all;
}

std::vector<ModelEntry> preset_models(std::vector<ModelEntry> const& all, std::string const& preset) {
    std::vector<ModelEntry> chosen;
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](ModelEntry const& entry) {
        return std::find(entry.presets.begin(), entry.presets.end(), preset) != entry.presets.end();
    });
    if (chosen.empty()) {
        std::string names;
        for (auto const& one : presets()) {
            names += (names.empty() ? "" : ", ") + one.name;
        }
        throw Error("There is no preset '" + preset + "'; the presets are " + names + ".");
    }
    return chosen;
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

std::filesystem::path manifest_file() {
    return installed_file("share/echollama/models/manifest.json", ECHOLLAMA_MANIFEST);
}

std::vector<ModelEntry> load_manifest() {
    auto path = manifest_file();
    std::ifstream file(path);
    if (!file) {
        throw Error("The model list " + path.string() + " is missing; reinstall the program.");
    }
    return parse_manifest({std::istreambuf_iterator<char>(file), {}}, path.string());
}

} // namespace echollama::store
