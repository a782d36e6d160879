// The tokens of an answer, one by one, as text for people: whole characters, without the model's thoughts.
#pragma once

#include "llm/llm.h"
#include "text/thoughts.h"
#include "text/utf8.h"

#include <string>
#include <string_view>

namespace echollama {

class LlmAnswer {
  public:
    // `prompt_end`: the last characters of what the model was given, which may have opened its thoughts. The model must
    // outlive this.
    LlmAnswer(Llm const& llm, std::string_view prompt_end);

    // What has become certain with this token; may be empty.
    std::string push(LlmToken token);
    std::string finish();

  private:
    Llm const& llm_;
    Utf8Joiner joiner_;
    ThoughtFilter filter_;
};

} // namespace echollama
