#include "convert/hf_chat.h"

#include "formats/file_bytes.h"
#include "formats/json_file.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace echollama::convert {
namespace {

constexpr std::uint64_t max_template_bytes = 1'000'000;

std::optional<std::int32_t> id_of(HfTokenizer const& tokenizer, std::string const& token) {
    auto id = token.empty() ? -1 : tokenizer.find(token);
    return id < 0 ? std::nullopt : std::optional(id);
}

// "eos_token" is a text, or an object with one.
std::string token_text(Json const& config, char const* key) {
    auto found = config.find(key);
    return found != config.end() && found->is_object() ? text_of(*found, "content") : text_of(config, key);
}

// The ids under `key`: one number or a list; others than the tokenizer's are left out.
std::vector<std::int32_t> ids_of(Json const& config, char const* key, std::size_t vocabulary) {
    std::vector<std::int32_t> ids;
    auto found = config.find(key);
    if (found == config.end()) {
        return ids;
    }
    auto const list = found->is_array() ? *found : Json::array({*found});
    for (auto const& value : list) {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() < vocabulary) {
            ids.push_back(value.get<std::int32_t>());
        }
    }
    return ids;
}

// One post-processor that puts special tokens before and behind the text.
void read_template(Json const& parts, HfTokenizer const& tokenizer, HfChat& chat) {
    bool before = true;
    for (auto const& part : parts) {
        if (part.contains("Sequence")) {
            before = false;
        } else if (part.contains("SpecialToken")) {
            auto id = id_of(tokenizer, text_of(part["SpecialToken"], "id"));
            (before ? chat.add_bos : chat.add_eos) = id.has_value();
            if (id) {
                chat.special.try_emplace(before ? "bos" : "eos", *id);
            }
        }
    }
}

void read_post_processor(Json const& root, HfTokenizer const& tokenizer, HfChat& chat) {
    auto post = root.find("post_processor");
    if (post == root.end() || !post->is_object()) {
        return;
    }
    bool several = post->contains("processors") && (*post)["processors"].is_array();
    auto const processors = several ? (*post)["processors"] : Json::array({*post});
    for (auto const& processor : processors) {
        if (text_of(processor, "type") == "TemplateProcessing" && processor.contains("single")) {
            read_template(processor["single"], tokenizer, chat);
        }
    }
}

// A model may end in several ways (Llama 3 has three); llama.cpp has places for three.
void add_end(HfChat& chat, std::int32_t id) {
    for (char const* place : {"eos", "eot", "eom"}) {
        if (chat.special.try_emplace(place, id).first->second == id) {
            return;
        }
    }
}

std::string read_chat_template(std::filesystem::path const& folder, Json const& config) {
    auto file = folder / "chat_template.jinja";
    if (std::filesystem::is_regular_file(file)) {
        FileBytes text(file);
        auto bytes = text.read(0, std::min(text.size(), max_template_bytes), "the chat template");
        return {bytes.begin(), bytes.end()};
    }
    auto found = config.find("chat_template");
    if (found != config.end() && found->is_array()) { // several by name
        for (auto const& entry : *found) {
            if (text_of(entry, "name") == "default") {
                return text_of(entry, "template");
            }
        }
    }
    return text_of(config, "chat_template");
}

} // namespace

HfChat read_hf_chat(std::filesystem::path const& folder, HfTokenizer const& tokenizer) {
    HfChat chat;
    auto config = read_json_if_there(folder / "tokenizer_config.json");
    constexpr std::pair<char const*, char const*> places[] = {
        {"bos", "bos_token"}, {"eos", "eos_token"}, {"padding", "pad_token"}, {"unknown", "unk_token"}};
    for (auto const& [place, key] : places) {
        if (auto id = id_of(tokenizer, token_text(config, key))) {
            chat.special[place] = *id;
        }
    }
    read_post_processor(read_json_if_there(folder / "tokenizer.json"), tokenizer, chat);
    for (char const* name : {"generation_config.json", "config.json"}) {
        auto settings = read_json_if_there(folder / name);
        for (auto id : ids_of(settings, "eos_token_id", tokenizer.tokens.size())) {
            add_end(chat, id);
        }
        for (auto id : ids_of(settings, "bos_token_id", tokenizer.tokens.size())) {
            chat.special.try_emplace("bos", id);
        }
    }
    chat.add_bos = flag_of(config, "add_bos_token", chat.add_bos) && chat.special.contains("bos");
    chat.add_eos = flag_of(config, "add_eos_token", chat.add_eos) && chat.special.contains("eos");
    chat.chat_template = read_chat_template(folder, config);
    return chat;
}

void add_chat(GgufWriter& writer, HfChat const& chat) {
    for (auto const& [place, id] : chat.special) {
        writer.set("tokenizer.ggml." + place + "_token_id", static_cast<std::uint32_t>(id));
    }
    writer.set("tokenizer.ggml.add_bos_token", chat.add_bos);
    writer.set("tokenizer.ggml.add_eos_token", chat.add_eos);
    if (!chat.chat_template.empty()) {
        writer.set("tokenizer.chat_template", chat.chat_template);
    }
}

} // namespace echollama::convert
