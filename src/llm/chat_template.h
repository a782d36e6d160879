// How a language model wants a conversation written: its own template, or one that the user names.
#pragma once

#include "llm/chat_jinja.h"
#include "scene/types.h"
#include "text/thoughts.h"

#include <filesystem>
#include <string>
#include <vector>

struct llama_model;

namespace echollama {

struct ChatTemplateOptions {
    std::string choice = {}; // a name that llama.cpp knows ("llama3", "chatml") or a Jinja file; empty: the model's own
    std::string date = {};   // told to the model as Llama 3's template does, such as "26 Jul 2024"; empty: none
};

// Throws UsageError when `choice` is neither empty, a name nor a file.
void check_chat_template(std::string const& choice);

class ChatTemplate {
  public:
    // `file`: the model's, for errors. Throws Error when the choice is none or cannot be read.
    ChatTemplate(llama_model const* model, std::filesystem::path const& file, ChatTemplateOptions const& options);

    // The conversation in the template, run by its own rules (render_jinja); where those fail, in llama.cpp's form of
    // it. Llama 3's own template always tells a date, so without a date llama.cpp's form, which tells none, comes
    // first: so the paper's weights were trained. A model without a template gets "user: …" lines. Throws Error when
    // neither way works.
    std::vector<ChatPart> render(Prompt const& prompt) const;

    // The tags between which the template puts the thoughts of an answer; empty when it shows none.
    ThoughtTags thought_tags() const;

    // Is there a template at all?
    bool known() const { return !source_.empty(); }

  private:
    bool llama_form_first() const;
    [[noreturn]] void refuse(std::string const& reason) const;

    std::string source_; // Jinja, or the name of one of llama.cpp's forms
    bool named_ = false; // a name
    std::string origin_; // for errors
    ChatFacts facts_;
};

// The lines that Llama 3's template puts before the system's text.
std::string date_lines(std::string const& date);

} // namespace echollama
