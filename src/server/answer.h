// One answer to a conversation.
#pragma once

#include "server/chat.h"
#include "server/engine.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace echollama::server {

struct Answered {
    std::string text;
    std::string heard; // the question, when it was spoken
    bool cut_by_length = false;
    std::size_t asked_words = 0, words = 0;
};

// With a picture the answer is about what is seen in it, and everything in it has been checked against that; without
// one it is the language model's own. `piece` gets it as it comes, whole UTF-8 characters.
Answered answer(Engine& engine, ChatRequest const& request, std::function<void(std::string_view piece)> const& piece,
                std::stop_token const& stop);

// Looks at the request's picture, so that one that cannot be seen is refused before the reply begins.
void look_first(Engine& engine, ChatRequest const& request, std::stop_token const& stop);

} // namespace echollama::server
