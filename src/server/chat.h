// What a client asks for in a conversation, whichever interface it speaks: OpenAI's chat completions and responses,
// Ollama's chat and generate.
#pragma once

#include "pipeline/json.h"
#include "scene/types.h"
#include "server/sight.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echollama::server {

struct ChatRequest {
    std::string model;
    std::string system;
    std::vector<Turn> turns;                           // the last is the user's
    std::optional<Sight> picture;                      // the last that was sent
    std::optional<std::vector<std::uint8_t>> question; // sound that is the last question, still encoded
    bool stream = false;
    bool include_usage = false;
    bool want_scene = false;        // the reply holds the scene as JSON instead of sentences
    std::size_t most_words = 0;     // of the reply; 0: no limit
    std::vector<std::string> stops; // the reply ends before the first of them
};

// Unknown fields are ignored. Throws ApiError 400 for what cannot be done as asked, with the field's name.
ChatRequest read_openai_chat(Json const& body);
ChatRequest read_openai_response(Json const& body); // POST /v1/responses
ChatRequest read_ollama_chat(Json const& body);
ChatRequest read_ollama_generate(Json const& body);

ChatRequest read_llamacpp_completion(Json const& body); // POST /completion

// A JSON object. Throws ApiError 400.
Json parse_body(std::string const& text);

// The text as far as `stops` and `most_words` let it go, piece by piece.
class ReplyCutter {
  public:
    ReplyCutter(std::vector<std::string> stops, std::size_t most_words)
        : stops_(std::move(stops)), most_words_(most_words) {}

    // What of the piece belongs to the reply; "" once it has ended. Text that may be the beginning of a stop is kept
    // back.
    std::string push(std::string_view piece);
    std::string finish();
    bool ended() const { return ended_; }
    bool cut_by_length() const { return cut_by_length_; }
    // Words and signs so far.
    std::size_t words() const { return words_; }

  private:
    std::string count(std::string text);

    std::vector<std::string> stops_;
    std::size_t most_words_;
    std::string pending_;
    std::size_t words_ = 0;
    bool in_word_ = false, ended_ = false, cut_by_length_ = false;
};

// Words and signs: what `usage` counts, for the scene's own sentences have no tokens.
std::size_t count_words(std::string const& text);

} // namespace echollama::server
