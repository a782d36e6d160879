#include "server/chat.h"

#include "base/ascii.h"
#include "server/api_error.h"
#include "server/base64.h"
#include "server/fields.h"
#include "text/sentences.h"

#include <algorithm>
#include <cctype>

namespace echollama::server {
namespace {

constexpr std::size_t most_turns = 500;

[[noreturn]] void refuse(std::string const& text, std::string const& param) {
    throw ApiError(400, text, param, "invalid_value");
}

// The first of these that is a positive number.
std::size_t limit_of(Json const& object, std::initializer_list<char const*> keys) {
    for (auto const* key : keys) {
        if (auto const value = number_in(object, key).value_or(0); value >= 1) {
            return static_cast<std::size_t>(std::min(value, 1e6));
        }
    }
    return 0;
}

std::vector<std::string> stops_of(Json const& object) {
    auto const found = object.find("stop");
    std::vector<std::string> stops;
    if (found == object.end() || found->is_null()) {
        return stops;
    }
    if (found->is_string()) {
        stops.push_back(found->get<std::string>());
    } else if (found->is_array()) {
        for (auto const& stop : *found) {
            if (!stop.is_string()) {
                refuse("'stop' must be a text or a list of texts.", "stop");
            }
            stops.push_back(stop.get<std::string>());
        }
    } else {
        refuse("'stop' must be a text or a list of texts.", "stop");
    }
    std::erase(stops, "");
    return stops;
}

// {"url": "data:…"} or the address itself.
void read_picture(Json const& part, char const* key, ChatRequest& request) {
    auto const found = part.find(key);
    if (found == part.end()) {
        refuse(std::string("A picture's part needs '") + key + "'.", "messages");
    }
    auto const url = found->is_object() ? text_in(*found, "url") : found->is_string() ? found->get<std::string>() : "";
    request.picture = sight_of(url, key);
}

// A list of pictures, of which the last counts: base64, or objects that hold it as 'data' (llama.cpp's).
void read_pictures(Json const& object, char const* key, ChatRequest& request) {
    auto const pictures = object.find(key);
    if (pictures == object.end() || pictures->is_null()) {
        return;
    }
    if (!pictures->is_array()) {
        refuse(std::string("'") + key + "' must be a list of pictures.", key);
    }
    for (auto const& picture : *pictures) {
        request.picture = sight_of(picture.is_object()   ? text_in(picture, "data")
                                   : picture.is_string() ? picture.get<std::string>()
                                                         : "",
                                   key);
    }
}

void read_sound(Json const& part, ChatRequest& request) {
    auto const found = part.find("input_audio");
    if (found == part.end() || !found->is_object()) {
        refuse("A sound's part needs 'input_audio' with 'data'.", "messages");
    }
    auto bytes = from_base64(text_in(*found, "data"));
    if (!bytes || bytes->empty()) {
        refuse("The sound is empty or no base64.", "messages");
    }
    request.question = std::move(*bytes);
}

std::string read_parts(Json const& parts, ChatRequest& request) {
    std::string text;
    for (auto const& part : parts) {
        if (!part.is_object()) {
            refuse("The parts of a message must be objects with a 'type'.", "messages");
        }
        auto const type = text_in(part, "type");
        if (type == "text" || type == "input_text" || type == "output_text") {
            text += (text.empty() ? "" : "\n") + text_in(part, "text");
        } else if (type == "image_url" || type == "input_image") {
            read_picture(part, "image_url", request);
        } else if (type == "input_audio") {
            read_sound(part, request);
        } else if (type != "refusal") {
            refuse("Parts of the type '" + type + "' are not understood; send text, image_url or input_audio.",
                   "messages");
        }
    }
    return text;
}

std::string read_content(Json const& message, ChatRequest& request) {
    auto const content = message.find("content");
    if (content == message.end() || content->is_null()) {
        return "";
    }
    if (content->is_string()) {
        return content->get<std::string>();
    }
    if (!content->is_array()) {
        refuse("A message's 'content' must be a text or a list of parts.", "messages");
    }
    return read_parts(*content, request);
}

// Neighbours of one role become one turn: what talks to the models takes turns.
void add_turn(ChatRequest& request, Turn::Role role, std::string const& text) {
    if (!request.turns.empty() && request.turns.back().role == role) {
        request.turns.back().text += "\n" + text;
    } else {
        request.turns.push_back({role, text});
    }
}

// What a conversation with another model may bring along in /v1/responses beside messages. False: it is none of these.
bool read_item(Json const& item, ChatRequest& request) {
    auto const type = text_in(item, "type");
    if (type == "item_reference") {
        refuse("Earlier items are not kept; send them whole.", "input");
    }
    if (type == "function_call_output") {
        add_turn(request, Turn::Role::user, read_content({{"content", item.value("output", Json())}}, request));
        return true;
    }
    return type == "reasoning" || type.ends_with("_call");
}

void read_message(Json const& message, ChatRequest& request) {
    if (!message.is_object()) {
        refuse("Every message must be an object with 'role' and 'content'.", "messages");
    }
    auto const role = text_in(message, "role");
    if (role.empty() && read_item(message, request)) {
        return;
    }
    request.question.reset(); // only that of the last turn is one
    auto const text = read_content(message, request);
    if (role == "system" || role == "developer") {
        request.system += (request.system.empty() ? "" : "\n") + text;
    } else if (role == "assistant") {
        add_turn(request, Turn::Role::assistant, text);
    } else if (role == "user" || role == "tool" || role == "function") {
        read_pictures(message, "images", request); // Ollama's
        add_turn(request, Turn::Role::user, text);
    } else {
        refuse("The role '" + role + "' is not understood; use system, user or assistant.", "messages");
    }
}

void read_messages(Json const& body, char const* key, ChatRequest& request) {
    auto const messages = body.find(key);
    if (messages == body.end() || !messages->is_array() || messages->empty()) {
        refuse(std::string("'") + key + "' must be a list with at least one message.", key);
    }
    if (messages->size() > most_turns) {
        refuse("The conversation has more than 500 messages; send the last ones.", key);
    }
    for (auto const& message : *messages) {
        read_message(message, request);
    }
    if (request.turns.empty() || request.turns.back().role != Turn::Role::user) {
        refuse("The last message must be the user's.", key);
    }
    if (request.turns.front().role != Turn::Role::user) {
        request.turns.insert(request.turns.begin(), Turn{Turn::Role::user, ""});
    }
}

// "json_object", or an object with such a type.
bool wants_json(Json const& format) {
    auto const type = format.is_object()   ? text_in(format, "type", "object")
                      : format.is_string() ? format.get<std::string>()
                                           : std::string();
    return !type.empty() && type != "text";
}

void refuse_what_cannot_be(Json const& body) {
    if (limit_of(body, {"n"}) > 1) {
        refuse("One reply is given to a request; leave out 'n'.", "n");
    }
    auto const choice = body.find("tool_choice");
    if (choice != body.end() && (choice->is_object() || *choice == "required")) {
        refuse("No tools are called; leave out 'tool_choice'.", "tool_choice");
    }
}

// Ollama's.
void read_options(Json const& body, ChatRequest& request) {
    auto const options = body.find("options");
    if (options == body.end() || options->is_null()) {
        return;
    }
    if (!options->is_object()) {
        refuse("'options' must be an object.", "options");
    }
    request.most_words = limit_of(*options, {"num_predict"});
    request.stops = stops_of(*options);
}

bool is_word_byte(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 || c == '\'';
}

bool is_white(char c) {
    return std::isspace(static_cast<unsigned char>(c));
}

} // namespace

Json parse_body(std::string const& text) {
    constexpr int deepest = 100;
    int depth = 0;
    auto const bounded = [&](int, Json::parse_event_t event, Json&) {
        depth += event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start ? 1 : 0;
        depth -= event == Json::parse_event_t::object_end || event == Json::parse_event_t::array_end ? 1 : 0;
        if (depth > deepest) {
            throw ApiError(400, "The body is nested too deeply; send one request.");
        }
        return true;
    };
    auto body = Json::parse(text, bounded, false);
    if (!body.is_object()) {
        throw ApiError(400, "The body must be a JSON object.");
    }
    return body;
}

ChatRequest read_openai_chat(Json const& body) {
    refuse_what_cannot_be(body);
    ChatRequest request;
    request.model = text_in(body, "model");
    read_messages(body, "messages", request);
    request.stream = flag_in(body, "stream", false);
    request.most_words = limit_of(body, {"max_completion_tokens", "max_tokens"});
    request.stops = stops_of(body);
    if (auto const options = body.find("stream_options"); options != body.end() && options->is_object()) {
        request.include_usage = flag_in(*options, "include_usage", false);
    }
    if (auto const format = body.find("response_format"); format != body.end()) {
        request.want_scene = wants_json(*format);
    }
    return request;
}

ChatRequest read_openai_response(Json const& body) {
    refuse_what_cannot_be(body);
    ChatRequest request;
    request.model = text_in(body, "model");
    request.system = text_in(body, "instructions");
    auto const input = body.find("input");
    if (input != body.end() && input->is_string()) {
        add_turn(request, Turn::Role::user, input->get<std::string>());
    } else {
        read_messages(body, "input", request);
    }
    if (auto const before = body.find("previous_response_id"); before != body.end() && !before->is_null()) {
        throw ApiError(404, "Earlier responses are not kept; send the conversation with 'input'.",
                       "previous_response_id", "previous_response_not_found");
    }
    request.stream = flag_in(body, "stream", false);
    request.most_words = limit_of(body, {"max_output_tokens"});
    if (auto const text = body.find("text"); text != body.end() && text->is_object() && text->contains("format")) {
        request.want_scene = wants_json(text->at("format"));
    }
    return request;
}

ChatRequest read_ollama_chat(Json const& body) {
    ChatRequest request;
    request.model = text_in(body, "model");
    request.stream = flag_in(body, "stream", true);
    read_options(body, request);
    if (auto const format = body.find("format"); format != body.end()) {
        request.want_scene = wants_json(*format);
    }
    auto const messages = body.find("messages");
    if (messages != body.end() && messages->is_array() && !messages->empty()) { // none: the model is only loaded
        read_messages(body, "messages", request);
    }
    return request;
}

ChatRequest read_ollama_generate(Json const& body) {
    ChatRequest request;
    request.model = text_in(body, "model");
    request.system = text_in(body, "system");
    request.stream = flag_in(body, "stream", true);
    read_options(body, request);
    if (auto const format = body.find("format"); format != body.end()) {
        request.want_scene = wants_json(*format);
    }
    read_pictures(body, "images", request);
    if (auto const prompt = text_in(body, "prompt"); !prompt.empty() || request.picture) {
        add_turn(request, Turn::Role::user, prompt);
    }
    return request;
}

namespace {

// "USER: …\nASSISTANT: …\nUSER: …\nASSISTANT:" in turns; a prompt without those names is the user's.
void read_named_turns(std::string const& prompt, ChatRequest& request) {
    constexpr std::string_view user = "USER:", assistant = "ASSISTANT:";
    auto role = Turn::Role::user;
    std::size_t begin = 0;
    auto const add = [&](std::size_t end) {
        auto const text = prompt.substr(begin, end - begin);
        auto const first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
        if (first != std::string::npos) {
            add_turn(request, role, text.substr(first, last + 1 - first));
        }
    };
    for (std::size_t line = 0; line < prompt.size();) {
        auto const rest = std::string_view(prompt).substr(line);
        if (rest.starts_with(user) || rest.starts_with(assistant)) {
            add(line);
            role = rest.starts_with(user) ? Turn::Role::user : Turn::Role::assistant;
            begin = line + (rest.starts_with(user) ? user : assistant).size();
        }
        auto const end = prompt.find('\n', line);
        line = end == std::string::npos ? prompt.size() : end + 1;
    }
    add(prompt.size());
}

// The places of pictures, "[img-12]".
std::string without_places(std::string text) {
    for (std::size_t at = 0; (at = text.find("[img-", at)) != std::string::npos;) {
        auto const end = text.find_first_not_of("0123456789", at + 5);
        if (end != std::string::npos && text[end] == ']') {
            text.erase(at, end + 1 - at);
        } else {
            ++at;
        }
    }
    return text;
}

} // namespace

ChatRequest read_llamacpp_completion(Json const& body) {
    ChatRequest request;
    request.stream = flag_in(body, "stream", false);
    request.most_words = limit_of(body, {"n_predict", "max_tokens", "max_completion_tokens"});
    request.stops = stops_of(body);
    read_pictures(body, "image_data", request);
    read_named_turns(without_places(text_in(body, "prompt")), request);
    if (request.turns.empty() || request.turns.back().role != Turn::Role::user) {
        if (!request.picture) {
            refuse("'prompt' must be a text that ends with the user's words.", "prompt");
        }
        request.turns.push_back({Turn::Role::user, ""});
    }
    return request;
}

std::string ReplyCutter::push(std::string_view piece) {
    if (ended_) {
        return "";
    }
    pending_ += piece;
    std::size_t first = std::string::npos, kept = 0;
    for (auto const& stop : stops_) {
        first = std::min(first, pending_.find(stop));
        for (std::size_t length = std::min(stop.size(), pending_.size()); length > kept; --length) {
            if (pending_.ends_with(stop.substr(0, length))) {
                kept = length;
            }
        }
    }
    if (first != std::string::npos) {
        ended_ = true;
        return count(std::exchange(pending_, "").substr(0, first));
    }
    auto out = pending_.substr(0, pending_.size() - kept);
    pending_.erase(0, out.size());
    return count(std::move(out));
}

std::string ReplyCutter::finish() {
    return ended_ ? "" : count(std::exchange(pending_, ""));
}

std::string ReplyCutter::count(std::string text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const begins = is_word_byte(text[i]) ? !in_word_ : !is_white(text[i]);
        in_word_ = is_word_byte(text[i]);
        if (begins && most_words_ > 0 && words_ == most_words_) {
            ended_ = cut_by_length_ = true;
            return text.substr(0, i);
        }
        words_ += begins ? 1 : 0;
    }
    return text;
}

std::size_t count_words(std::string const& text) {
    ReplyCutter counter({}, 0);
    counter.push(text);
    return counter.words();
}

} // namespace echollama::server
