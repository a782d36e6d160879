#include "llm/llm_answer.h"

namespace echollama {
namespace {

ThoughtFilter filter_for(Llm const& llm, std::string_view prompt_end) {
    using Start = ThoughtFilter::Start;
    std::vector<ThoughtTags> const tags{llm.thought_tags()};
    bool const only_close = tags[0].open.empty() && !tags[0].close.empty();
    return ThoughtFilter(tags, opens_thought(prompt_end, tags) ? Start::thought
                               : only_close                    ? Start::unknown
                                                               : Start::answer);
}

} // namespace

LlmAnswer::LlmAnswer(Llm const& llm, std::string_view prompt_end) : llm_(llm), filter_(filter_for(llm, prompt_end)) {}

std::string LlmAnswer::push(LlmToken token) {
    auto text = llm_.piece(token);
    if (text.empty()) { // special tokens are seen only where they are tags
        auto mark = llm_.piece(token, true);
        text = filter_.knows(mark) ? mark : "";
    }
    return filter_.push(joiner_.push(text));
}

std::string LlmAnswer::finish() {
    auto answer = filter_.push(joiner_.finish());
    return answer + filter_.finish();
}

} // namespace echollama
