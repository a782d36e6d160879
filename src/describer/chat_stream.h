// The answer of an OpenAI-compatible chat endpoint as it arrives: server-sent events (WHATWG HTML, section 9.2) whose
// data are chat.completion.chunk objects, or one chat.completion object where the server does not stream.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace echollama {

class ChatStream {
  public:
    using Sink = std::function<void(std::string_view text)>;

    static constexpr std::size_t max_event_bytes = 1 << 20; // of one event, and of an answer in one object
    static constexpr std::size_t max_text_bytes = 1 << 20;  // of the whole answer

    // Passes on the new text in these bytes. Throws Error, in words that fit behind "The language model server …", when
    // they are no such answer, report an error or exceed the limits; text that came before has then been passed on.
    void push(std::string_view bytes, Sink const& sink);
    // The connection has ended. Throws Error as push() does.
    void finish(Sink const& sink);
    // The server has said that the answer is complete.
    bool complete() const { return complete_; }

  private:
    void take_line(std::string_view line, Sink const& sink);
    void take_event(Sink const& sink);
    void take_json(std::string_view text, Sink const& sink);
    void deliver(std::string const& text, Sink const& sink);

    enum class Form { unknown, events, object } form_ = Form::unknown;
    std::string pending_; // of the line that is not complete, or of the object
    std::string data_;    // of the event that is not complete
    bool has_data_ = false, any_event_ = false, after_cr_ = false, complete_ = false;
    std::size_t delivered_ = 0;
};

// The server's own words for a failure out of an error body ({"error": {"message": …}} and its relatives), shortened
// and without control characters; empty when there are none.
std::string server_message(std::string_view body);

} // namespace echollama
