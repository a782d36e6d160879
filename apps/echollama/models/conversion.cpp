#include "models/conversion.h"

#include "base/error.h"
#include "convert/centernet.h"
#include "convert/kokoro_voice.h"
#include "convert/nanodet.h"
#include "convert/piper_voice.h"
#include "convert/published.h"
#include "convert/whisper_ct2.h"
#include "llm/llm_merge.h"
#include "llm/llm_quantize.h"
#include "models/choice.h"
#include "nn/gguf_head.h"
#include "options/language_options.h"
#include "output/progress_line.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using Sources = std::vector<fs::path>;

// "converting detr.gguf, 40 percent".
class PercentLine {
  public:
    PercentLine(AppContext const& context, std::string what) : what_(std::move(what)), line_(context.quiet) {}

    void show(double done) {
        int const percent = static_cast<int>(100 * done);
        if (percent != percent_) {
            line_.show(what_ + ", " + std::to_string(percent) + " percent");
            percent_ = percent;
        }
    }

  private:
    std::string what_;
    ProgressLine line_;
    int percent_ = -1;
};

// A link where it may be and the disk allows it, so a large file is not kept twice.
void place(fs::path const& from, fs::path const& to, Placing placing) {
    std::error_code failed = std::make_error_code(std::errc::not_supported);
    if (placing == Placing::hard_link) {
        fs::create_hard_link(from, to, failed);
    } else if (placing == Placing::symbolic_link) {
        fs::create_symlink(fs::absolute(from), to, failed);
    }
    if (failed) {
        fs::copy_file(from, to);
    }
}

// A model that is used as it is, with its other parts under their own names and a picture encoder where it is looked
// for.
void place_all(Sources const& sources, fs::path const& output, Placing placing) {
    place(sources.at(0), output, placing);
    for (std::size_t i = 1; i < sources.size(); ++i) {
        auto const name = sources[i].filename();
        bool const encoder = name.string().find("mmproj") != std::string::npos;
        place(sources[i], output.parent_path() / (encoder ? output.stem().string() + "-vision.gguf" : name.string()),
              placing);
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

void convert_sources(std::string const& how, Sources const& sources, fs::path const& output, Placing placing) {
    if (how == "copy") {
        place_all(sources, output, placing);
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
    } else if (how == "merge") {
        merge_llm(sources.at(0), sources.at(1), output, convert::WeightType::q8_0);
    } else if (how == "ppocr") { // used as they are, by the names that the reader looks for
        fs::create_directory(output);
        place(sources.at(0), output / "det.onnx", placing);
        place(sources.at(1), output / "rec.onnx", placing);
        place(sources.at(2), output / "cls.onnx", placing);
    } else {
        throw Error("This version cannot convert models of kind '" + how + "'; update the program.");
    }
}

struct Conversion {
    Sources sources; // the first may be a kind
    fs::path output;
    fs::path base; // of a LoRA adapter
    convert::WeightType type = convert::WeightType::f16;
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

void convert_model(AppContext const& context, Conversion conversion) {
    conversion.base = chosen_model(context, base_option, conversion.base);
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
        convert_sources(kind, sources, conversion.output, Placing::copy);
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
        PercentLine progress(context, "converting");
        auto what = convert::convert_published(
            sources[0], conversion.output, conversion.type,
            {.base = conversion.base, .write = {[&](double done) { progress.show(done); }, context.stop}});
        if (!context.quiet) {
            std::cerr << what << ", written to " << conversion.output.string() << "\n";
        }
    }
}

struct Merging {
    fs::path base, adapter, output;
    convert::WeightType type = convert::WeightType::f16;
};

void merge_model(AppContext const& context, Merging what) {
    what.base = chosen_model(context, merge_option, what.base);
    auto adapter = parse_lora(what.adapter.string());
    adapter.path = chosen_model(context, merged_option, adapter.path);
    refuse_overwriting(what.base, what.output);
    refuse_overwriting(adapter.path, what.output);
    PercentLine progress(context, "merging");
    merge_llm(what.base, adapter.path, what.output, what.type, adapter.scale,
              {[&](double done) { progress.show(done); }, context.stop});
}

struct Quantization {
    fs::path source, output;
    std::string type = "q4_k_m";
};

void quantize_model(AppContext const& context, Quantization what) {
    what.source = chosen_model(context, quantize_option, what.source);
    refuse_overwriting(what.source, what.output);
    PercentLine progress(context, "quantising");
    quantize_llm(what.source, what.output, what.type,
                 {context.threads, [&](double done) { progress.show(done); }, context.stop});
}

// What was published in one file or in several: the file with the weights, or the folder of a split model.
fs::path published_source(Sources const& sources) {
    auto const is_index = [](fs::path const& path) { return path.string().ends_with(".index.json"); };
    auto const is_weights = [](fs::path const& path) {
        return path.extension() == ".safetensors" || path.extension() == ".bin" || path.extension() == ".pt" ||
               path.extension() == ".pth";
    };
    auto const index = std::find_if(sources.begin(), sources.end(), is_index);
    if (index != sources.end()) {
        return *index;
    }
    auto const weights = std::find_if(sources.begin(), sources.end(), is_weights);
    return weights == sources.end() ? sources.at(0) : *weights;
}

// An adapter needs the model that it belongs to.
fs::path base_of(AppContext const& context, store::ModelEntry const& entry, Sources const& sources) {
    bool const adapter = std::any_of(sources.begin(), sources.end(),
                                     [](fs::path const& path) { return path.filename() == "adapter_config.json"; });
    if (!adapter) {
        return {};
    }
    if (entry.base.empty()) {
        throw Error("What was fetched for " + entry.title +
                    " is an adapter for a model that the list does not name; merge it into its model with PEFT and "
                    "convert that.");
    }
    auto const base = context.models_dir / entry.base;
    std::error_code failed;
    if (!fs::exists(base, failed)) {
        throw Error("What was fetched for " + entry.title + " is an adapter for " + entry.base +
                    ", which is not installed; get it with 'echollama models pull " + entry.base + "'.");
    }
    nn::check_gguf(base);
    return base;
}

} // namespace

store::Converter conversion_of(AppContext const& context, store::ModelEntry const& entry, Placing placing) {
    return [&context, entry, placing](Sources const& sources, fs::path const& output) {
        if (entry.convert != "published") {
            convert_sources(entry.convert, sources, output, placing);
            return;
        }
        PercentLine progress(context, "converting " + entry.name);
        progress.show(0);
        auto const type = entry.type.empty() ? convert::WeightType::f16 : convert::parse_weight_type(entry.type);
        convert::convert_published(published_source(sources), output, type,
                                   {.base = base_of(context, entry, sources),
                                    .write = {[&](double done) { progress.show(done); }, context.stop}});
        progress.show(1);
    };
}

namespace {

void add_type(Command& command, convert::WeightType& type) {
    using convert::WeightType;
    command
        .choice("--type", type,
                {{"f32", WeightType::f32, {"float32", "fp32"}},
                 {"f16", WeightType::f16, {"float16", "fp16", "half"}},
                 {"bf16", WeightType::bf16, {"bfloat16"}},
                 {"q8_0", WeightType::q8_0, {"q8"}}},
                "How large weights are stored")
        .otherwise("f16");
}

} // namespace

void add_convert(Command& models, AppContext& context) {
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
    command.option("--base", conversion->base,
                   "The model a LoRA adapter belongs to: its folder, its GGUF file, or its name");
    add_type(command, conversion->type);
    command.example = "echollama models convert detr-r50-e632da11.pth -o detr.gguf --type q8_0\n"
                      "echollama models convert Llama-3.2-1B-Instruct -o llama.gguf";
    command.run = [&context, conversion] { convert_model(context, *conversion); };
}

void add_merge(Command& models, AppContext& context) {
    auto merging = std::make_shared<Merging>();
    auto& command = models.subcommand("merge", "Work an adapter into its language model (GGUF)");
    command.positional("base", merging->base, "The model that the adapter was taught on, by path or name").required();
    command.positional("adapter", merging->adapter, "The adapter, or ADAPTER:STRENGTH").required();
    command.option("--out,-o", merging->output, "The file to write").required();
    add_type(command, merging->type);
    command.example = "echollama models merge llama.gguf adapter.gguf -o taught.gguf --type q8_0";
    command.notes = "An adapter by itself costs time at every word; in the weights it costs none.";
    command.run = [&context, merging] { merge_model(context, *merging); };
}

void add_quantize(Command& models, AppContext& context) {
    auto quantization = std::make_shared<Quantization>();
    auto& command = models.subcommand("quantize", "Make a smaller copy of a language model (GGUF)");
    command.positional("source", quantization->source, "The model as f32, f16 or bf16 GGUF, by path or name")
        .required();
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

} // namespace echollama
