#include "describer/chat_stream.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace echollama {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_message_bytes = 300;

std::string text_at(Json const& json, char const* key) {
    if (!json.is_object()) {
        return "";
    }
    auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string tidy(std::string text) {
    for (auto& c : text) {
        auto byte = static_cast<unsigned char>(c);
        c = byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    if (text.size() > max_message_bytes) {
        auto end = max_message_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
            --end;
        }
        text = text.substr(0, end) + " …";
    }
    while (text.ends_with(' ') || text.ends_with('.')) {
        text.pop_back();
    }
    return text;
}

// {"error": "…"}, {"error": {"message": "…"}}, {"message": "…"}, {"detail": "…"}
std::string message_of(Json const& json) {
    if (!json.is_object()) {
        return "";
    }
    if (auto error = json.find("error"); error != json.end()) {
        return error->is_string() ? error->get<std::string>() : text_at(*error, "message");
    }
    auto message = text_at(json, "message");
    return message.empty() ? text_at(json, "detail") : message;
}

} // namespace

std::string server_message(std::string_view body) {
    auto json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    return tidy(message_of(json));
}

void ChatStream::push(std::string_view bytes, Sink const& sink) {
    if (form_ == Form::unknown) {
        auto first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        if (first == std::string_view::npos) {
            return;
        }
        bytes.remove_prefix(first);
        form_ = bytes[0] == '{' ? Form::object : Form::events;
    }
    if (form_ == Form::object) {
        if (bytes.size() > max_event_bytes - pending_.size()) {
            throw Error("sent an answer that is too long");
        }
        pending_ += bytes;
        return;
    }
    for (std::size_t at = 0; at < bytes.size();) { // lines end with \n, \r or both
        if (after_cr_ && bytes[at] == '\n') {
            after_cr_ = false;
            ++at;
            continue;
        }
        after_cr_ = false;
        auto end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
        if (end - at > max_event_bytes - pending_.size()) {
            throw Error("sent an answer that is too long");
        }
        pending_ += bytes.substr(at, end - at);
        if (end < bytes.size()) {
            after_cr_ = bytes[end] == '\r';
            auto line = std::exchange(pending_, {});
            take_line(line, sink);
            ++end;
        }
        at = end;
    }
}

void ChatStream::finish(Sink const& sink) {
    if (form_ == Form::object) {
        take_json(std::exchange(pending_, {}), sink);
        complete_ = true;
        return;
    }
    // Strictly an event without its empty line does not count, but servers forget it.
    take_line(std::exchange(pending_, {}), sink);
    take_event(sink);
    if (form_ == Form::events && !any_event_) {
        throw Error("sent something that is not a language model's answer");
    }
}

void ChatStream::take_line(std::string_view line, Sink const& sink) {
    if (line.empty()) {
        take_event(sink);
        return;
    }
    if (!line.starts_with("data")) { // comments (":"), event, id, retry
        return;
    }
    line.remove_prefix(4);
    if (!line.empty() && line[0] != ':') {
        return;
    }
    line.remove_prefix(line.empty() ? 0 : 1);
    line.remove_prefix(line.starts_with(' ') ? 1 : 0);
    if (line.size() + 1 > max_event_bytes - std::min(data_.size(), max_event_bytes)) {
        throw Error("sent an answer that is too long");
    }
    data_ += has_data_ ? "\n" : "";
    data_ += line;
    has_data_ = true;
}

void ChatStream::take_event(Sink const& sink) {
    if (!std::exchange(has_data_, false)) {
        return;
    }
    any_event_ = true;
    auto data = std::exchange(data_, {});
    if (data == "[DONE]") {
        complete_ = true;
    } else if (!complete_ && !data.empty()) {
        take_json(data, sink);
    }
}

void ChatStream::take_json(std::string_view text, Sink const& sink) {
    auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
        throw Error("sent something that is not JSON");
    }
    if (json.contains("error") && !json["error"].is_null()) {
        auto message = tidy(message_of(json));
        throw Error("reports: " + (message.empty() ? "an error without a reason" : message));
    }
    auto choices = json.find("choices");
    if (choices == json.end() || !choices->is_array() || choices->empty() || !choices->front().is_object()) {
        return; // such as the usage at the end
    }
    auto const& choice = choices->front();
    for (char const* part : {"delta", "message"}) {
        if (auto found = choice.find(part); found != choice.end()) {
            deliver(text_at(*found, "content"), sink);
        }
    }
    complete_ = complete_ || !text_at(choice, "finish_reason").empty();
}

void ChatStream::deliver(std::string const& text, Sink const& sink) {
    if (text.empty()) {
        return;
    }
    if (text.size() > max_text_bytes - delivered_) {
        throw Error("sent an answer that is too long");
    }
    delivered_ += text.size();
    sink(text);
}

} // namespace echollama
