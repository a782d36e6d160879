#include "train/encoder.h"

#include "base/error.h"
#include "convert/hf_chat.h"
#include "convert/hf_tokenizer.h"
#include "llm/llm_tokens.h"
#include "scene/types.h"

#include <cstdlib>
#include <memory>

namespace echollama::train {
namespace {

namespace fs = std::filesystem;

// A folder that is gone when it goes out of scope.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        auto pattern = (fs::temp_directory_path() / "echollama-train-XXXXXX").string();
        if (!mkdtemp(pattern.data())) {
            throw Error("There is no room for temporary files in " + fs::temp_directory_path().string() +
                        "; name another folder in TMPDIR.");
        }
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    fs::path const& path() const { return path_; }

  private:
    fs::path path_;
};

// llama.cpp reads vocabularies from GGUF only: a published one becomes a GGUF without tensors.
std::shared_ptr<LlmVocabulary> published_vocabulary(fs::path const& folder, ChatTemplateOptions const& options,
                                                    std::int64_t size) {
    if (!fs::exists(folder / "tokenizer.json")) {
        throw Error("there is no tokenizer.json in " + folder.string() + " to make tokens of it with");
    }
    auto const tokenizer = convert::read_hf_tokenizer(folder / "tokenizer.json", static_cast<std::size_t>(size));
    convert::GgufWriter writer("llama");
    convert::add_tokenizer(writer, tokenizer);
    convert::add_chat(writer, convert::read_hf_chat(folder, tokenizer));
    TemporaryFolder const temporary;
    writer.write(temporary.path() / "vocabulary.gguf");
    return std::make_shared<LlmVocabulary>(temporary.path() / "vocabulary.gguf", options);
}

// Made by whichever of the two functions is called first.
class Vocabulary {
  public:
    Vocabulary(ModelConfig const& model, std::int64_t size) : model_(model), size_(size) {}

    LlmVocabulary const& get() {
        if (!made_) {
            ChatTemplateOptions const options{.choice = model_.chat_template};
            auto const folder = fs::is_directory(model_.path) ? model_.path : model_.path.parent_path();
            made_ = model_.path.extension() == ".gguf" ? std::make_shared<LlmVocabulary>(model_.path, options)
                                                       : published_vocabulary(folder, options, size_);
        }
        return *made_;
    }

  private:
    ModelConfig model_;
    std::int64_t size_;
    std::shared_ptr<LlmVocabulary> made_;
};

} // namespace

Encoder make_encoder(ModelConfig const& model, std::int64_t vocabulary) {
    auto const shared = std::make_shared<Vocabulary>(model, vocabulary);
    Encoder encoder;
    encoder.vocabulary = vocabulary;
    encoder.prompt = [shared](std::string const& system, std::string const& prompt) {
        return shared->get().render({system, {{Turn::Role::user, prompt}}});
    };
    encoder.text = [shared](std::string const& text) { return shared->get().tokenize(text); };
    encoder.answer = [shared](std::string const& answer) {
        auto tokens = shared->get().tokenize(answer);
        if (auto const end = shared->get().end_token(); end >= 0) {
            tokens.push_back(end);
        }
        return tokens;
    };
    return encoder;
}

} // namespace echollama::train
