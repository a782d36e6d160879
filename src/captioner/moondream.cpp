#include "captioner/moondream.h"

#include "base/error.h"
#include "captioner/captioner_text.h"
#include "networks/moondream_vision.h"

#include <optional>

namespace echollama {
namespace {

// What the weights were trained with, by convert/moondream.h's names.
struct Revision {
    MoondreamPrompt prompt = MoondreamPrompt::questions;
    bool whole = false; // begin token and picture see all of each other (prefix attention)
};

Revision revision_of(std::string const& name, std::filesystem::path const& file) {
    if (name == "2024-03" || name == "2024-05") {
        return {};
    }
    if (name == "2025-01") {
        return {MoondreamPrompt::captions, true};
    }
    if (name == "2025-06") {
        return {MoondreamPrompt::tokens, true};
    }
    throw Error("The vision model " + file.string() + " is of a revision '" + name +
                "' that this version does not know; update the program.");
}

class MoondreamCaptioner : public Captioner {
  public:
    MoondreamCaptioner(std::filesystem::path const& text, std::filesystem::path const& vision,
                       MoondreamOptions const& options)
        : vision_(vision, options.threads, options.device), revision_(revision_of(vision_.revision(), vision)),
          llm_(text, {.threads = options.threads,
                      .context = 2048,
                      .device = options.device,
                      .batch = revision_.whole ? vision_.rows() + 1 : LlmOptions{}.batch}),
          max_tokens_(options.max_tokens) {
        if (vision_.width() != llm_.embedding_size() || llm_.begin_token() < 0) {
            throw Error("The text model " + text.string() + " and the vision model " + vision.string() +
                        " do not belong together; name files that were converted together.");
        }
    }

    std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop) override {
        try {
            auto prompt = moondream_prompt(llm_, revision_.prompt, request);
            if (!look(image, stop) || !llm_.read(prompt, stop)) {
                return "";
            }
        } catch (Cancelled const&) {
            return "";
        }
        return write_caption(llm_, max_tokens_, stop);
    }

  private:
    // Begin token and picture into the model's memory. False when stopped.
    bool look(Image const& image, std::stop_token const& stop) {
        bool same = seen_ && seen_->rgb == image.rgb && seen_->width == image.width;
        if (same && llm_.rewind(rows_.size() / static_cast<std::size_t>(vision_.width()))) {
            return true;
        }
        llm_.forget();
        if (!same) {
            seen_.reset();
            auto picture = vision_.embed(image, stop);
            rows_ = llm_.embedding(llm_.begin_token());
            rows_.insert(rows_.end(), picture.begin(), picture.end());
            seen_ = image;
        }
        return llm_.read_rows(rows_, revision_.whole, stop);
    }

    MoondreamVision vision_;
    Revision revision_;
    Llm llm_;
    int max_tokens_;
    std::optional<Image> seen_; // the picture of rows_
    std::vector<float> rows_;   // begin token and picture
};

} // namespace

std::unique_ptr<Captioner> make_moondream_captioner(std::filesystem::path const& text,
                                                    std::filesystem::path const& vision,
                                                    MoondreamOptions const& options) {
    return std::make_unique<MoondreamCaptioner>(text, vision, options);
}

} // namespace echollama
