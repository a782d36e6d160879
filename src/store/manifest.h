// The list of models the program knows: what they are for, which registry package carries them, and the exact files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama::store {

// A file of an unpacked package, or of a repository on the hub.
struct SourceFile {
    std::string path;         // relative to the package's folder or the repository; there "a|b": the first that exists,
                              // and '*' for any letters
    std::uint64_t bytes = 0;  // exact size; of the hub, where it is not known, 0
    std::string sha256 = {};  // lower-case hexadecimal; of the hub, where it is not known, empty
    std::string package = {}; // name in cmake/packages.tsv; empty: the model's
    std::uint64_t about_bytes = 0; // where `bytes` is not known
    bool optional = false;
    bool own = false; // comes with the program; `path` is relative to the manifest's folder
};

struct ModelEntry {
    std::string name;  // file or folder in the models folder
    std::string role;  // detector, classifier, reader, depth, captioner, describer, speaker, codec, listener or pauses
    std::string title; // for people
    std::string licence;
    std::string package; // name in cmake/packages.tsv; empty: it is on the hub, or behind an address
    // How the sources become the model: copy, join, centernet, nanodet, efficientnet-lite, piper, ppocr, whisper,
    // merge (llm/llm_merge.h), published (convert/published.h).
    std::string convert;
    bool starter = false;
    std::vector<SourceFile> sources;
    bool better = false; // takes a starter's place where it was asked for (./run --better)
    // What must come out, where the list says it: of files that are joined from parts. Its path is the model's name.
    std::optional<SourceFile> result = {};
    std::string repository = {}, revision = "main"; // OWNER/NAME on the hub
    std::string url = {};                           // or where its one file lies
    std::string type = {};                          // of large weights: f32, f16, bf16, q8_0
    std::string base = {};                          // the model that it is an adapter for, or was taught from
    std::string terms = {};                         // a licence that must be accepted by this name
    std::vector<std::string> presets = {};

    // That carry its sources, each once, in their order.
    std::vector<std::string> packages() const;
    // What is fetched for it, as far as the list knows.
    std::uint64_t about_bytes() const;
};

// Sets of models that work together, the best first: paper, fast, small, starter; and what each is, for people.
struct Preset {
    std::string name, title;
};
std::vector<Preset> const& presets();

// Of a preset, in the order of the list. Throws Error, saying which there are, when there is none of that name.
std::vector<ModelEntry> preset_models(std::vector<ModelEntry> const& all, std::string const& preset);

// Throws Error naming the file and the field when the JSON is not a manifest.
std::vector<ModelEntry> parse_manifest(std::string const& json, std::string const& name);

// Where load_manifest reads it.
std::filesystem::path manifest_file();

// The manifest beside the installed program, else the one of the source tree it was built from.
std::vector<ModelEntry> load_manifest();

} // namespace echollama::store
