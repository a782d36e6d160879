// Chat templates are programs in Jinja that a model's file carries; this runs them with llama.cpp's engine.
#pragma once

#include <string>
#include <vector>

namespace echollama {

struct ChatMessage {
    std::string role; // "system", "user" or "assistant"
    std::string text;
    std::string thought = {}; // of an assistant that thinks before it answers
};

// A piece of the conversation as the model reads it. What comes from a message is never read as special tokens.
struct ChatPart {
    std::string text;
    bool from_message = false;
};

// What templates may ask for besides the messages.
struct ChatFacts {
    std::string begin, end; // the model's begin and end token as text
    std::string date = {};  // such as "26 Jul 2024"; empty: the template decides
};

// The conversation, ready for the assistant's turn; neighbouring parts of one kind are joined. A template that has no
// place for the system's text gets it before the first user's text, one that wants texts as lists gets those, and
// models that can think before they answer are told not to. Throws Error (the reason, without a full stop and without
// the model's name) when the template is damaged, is nested deeper than any that is in use, or leaves out what was
// said. A template is trusted not to run for ever.
std::vector<ChatPart> render_jinja(std::string const& source, std::vector<ChatMessage> const& messages,
                                   ChatFacts const& facts);

// What the template makes of a conversation that is over, with the assistant's thoughts where it shows them. Throws
// Error as render_jinja() does.
std::string render_dialogue(std::string const& source, std::vector<ChatMessage> const& messages,
                            ChatFacts const& facts);

} // namespace echollama
