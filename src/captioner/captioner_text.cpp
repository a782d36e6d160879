#include "captioner/captioner_text.h"

#include "llm/llm_answer.h"
#include "text/sentences.h"
#include "text/speech_text.h"

namespace echollama {
namespace {

// moondream/torch/config.py at 44146f1
std::vector<LlmToken> starmie_prompt(Llm const& llm, CaptionRequest const& request) {
    std::string const question = trimmed(request.question);
    if (question.empty()) {
        switch (request.length) {
        case CaptionLength::brief:
            return {1, 32708, 2, 12492, 3};
        case CaptionLength::detailed:
            return {1, 32708, 2, 4059, 3};
        case CaptionLength::normal:
            return {1, 32708, 2, 6382, 3};
        }
    }
    std::vector<LlmToken> tokens{1, 15381, 2};
    auto words = llm.tokenize(question);
    tokens.insert(tokens.end(), words.begin(), words.end());
    tokens.push_back(3);
    return tokens;
}

std::string moondream_text(MoondreamPrompt form, CaptionRequest const& request) {
    if (form == MoondreamPrompt::captions && trimmed(request.question).empty()) {
        switch (request.length) {
        case CaptionLength::brief:
            return "\n\nShort caption:";
        case CaptionLength::normal:
            return "\n\nCaption:";
        case CaptionLength::detailed:
            return "\n\nLong caption:";
        }
    }
    return "\n\nQuestion: " + question_text(request) + "\n\nAnswer:";
}

} // namespace

std::string question_text(CaptionRequest const& request) {
    auto question = trimmed(request.question);
    if (!question.empty()) {
        return question;
    }
    switch (request.length) {
    case CaptionLength::brief:
        return "Describe this image in one short sentence.";
    case CaptionLength::detailed:
        return "Describe this image in detail.";
    case CaptionLength::normal:
        break;
    }
    return "Describe this image."; // the paper's
}

std::string write_caption(Llm& llm, int max_tokens, std::stop_token stop) {
    std::string text;
    auto const frame = llm.frame();
    LlmAnswer answer(llm, frame ? frame->after : "");
    llm.write(
        {.max_tokens = max_tokens, .temperature = 0},
        [&](LlmToken token) {
            text += answer.push(token);
            return true;
        },
        std::move(stop));
    return plain_text(text + answer.finish());
}

std::vector<LlmToken> moondream_prompt(Llm const& llm, MoondreamPrompt form, CaptionRequest const& request) {
    return form == MoondreamPrompt::tokens ? starmie_prompt(llm, request) : llm.tokenize(moondream_text(form, request));
}

} // namespace echollama
