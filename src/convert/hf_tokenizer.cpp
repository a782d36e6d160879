#include "convert/hf_tokenizer.h"

#include "base/error.h"
#include "formats/file_bytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace echollama::convert {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_tokens = 2'000'000;
constexpr std::uint64_t max_file = 256'000'000;

struct Reader {
    std::string const& file;

    [[noreturn]] void fail(std::string const& reason) const {
        throw Error("The tokenizer " + file + " cannot be used: " + reason + ". Download it again.");
    }

    Json const& member(Json const& object, char const* key) const {
        if (!object.is_object() || !object.contains(key)) {
            fail(std::string("it has no '") + key + "'");
        }
        return object.at(key);
    }
    std::string text(Json const& object, char const* key) const {
        auto const& value = member(object, key);
        if (!value.is_string()) {
            fail(std::string("'") + key + "' is not text");
        }
        return value.get<std::string>();
    }
    std::size_t id(Json const& value) const {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= max_tokens) {
            fail("a token's number is out of range");
        }
        return value.get<std::size_t>();
    }
};

bool flag(Json const& object, char const* key, bool otherwise) {
    return object.contains(key) && object.at(key).is_boolean() ? object.at(key).get<bool>() : otherwise;
}

constexpr char const* llama3_words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char const* qwen2_words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// The expression of a step that cuts text where it matches; empty when it does anything else.
std::string split_pattern(Json const& step) {
    bool plain = step.value("behavior", "Isolated") == "Isolated" && !flag(step, "invert", false) &&
                 step.contains("pattern") && step.at("pattern").is_object();
    return plain ? step.at("pattern").value("Regex", "") : "";
}

// Which of llama.cpp's ways of splitting text this is; empty: none that we know. `whole_words`: words of the vocabulary
// are taken without merging.
std::string pre_tokenizer_name(Json const& pre, bool whole_words) {
    std::vector<Json> steps;
    if (pre.is_object() && pre.value("type", "") == "Sequence" && pre.contains("pretokenizers") &&
        pre.at("pretokenizers").is_array()) {
        steps.assign(pre.at("pretokenizers").begin(), pre.at("pretokenizers").end());
    } else {
        steps.push_back(pre);
    }
    auto is = [&](std::size_t i, char const* type) {
        auto const& step = steps[i];
        return step.is_object() && step.contains("type") && step.at("type") == type;
    };
    if (steps.empty() || !is(steps.size() - 1, "ByteLevel") || flag(steps.back(), "add_prefix_space", true)) {
        return "";
    }
    bool splits = flag(steps.back(), "use_regex", true);
    if (steps.size() == 2 && is(0, "Split") && !splits && split_pattern(steps[0]) == llama3_words) {
        return whole_words ? "llama-bpe" : "smaug-bpe"; // the same words, with and without merging known ones
    }
    if (whole_words) {
        return "";
    }
    if (steps.size() == 1) {
        return splits ? "gpt-2" : "";
    }
    if (steps.size() == 2 && is(0, "Digits") && flag(steps[0], "individual_digits", false) && splits) {
        return "smollm";
    }
    return steps.size() == 2 && is(0, "Split") && !splits && split_pattern(steps[0]) == qwen2_words ? "qwen2" : "";
}

// A space inside a token is written as the vocabulary writes it: the two halves of a merge are divided by a space.
std::string without_spaces(std::string const& token) {
    std::string out;
    for (char c : token) {
        out += c == ' ' ? std::string("\u0120") : std::string(1, c);
    }
    return out;
}

// "<|eot_id|>": a control token, also where the file forgets to say so.
bool looks_special(std::string const& token) {
    return token.starts_with("<|") && token.ends_with("|>");
}

// One merge: "a b", or ["a", "b"] in newer files.
std::string merge_text(Reader const& reader, Json const& merge) {
    if (merge.is_string()) {
        return merge.get<std::string>();
    }
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        return without_spaces(merge[0].get<std::string>()) + " " + without_spaces(merge[1].get<std::string>());
    }
    reader.fail("its merges have an unknown form");
}

struct Found {
    std::string text;
    TokenType type = TokenType::normal;
};

HfTokenizer assemble(Reader const& reader, std::vector<std::optional<Found>> found, std::size_t vocabulary) {
    if (vocabulary != 0 && found.size() > vocabulary) {
        reader.fail("it has " + std::to_string(found.size()) + " tokens, the model only " + std::to_string(vocabulary));
    }
    found.resize(std::max(found.size(), vocabulary));
    HfTokenizer tokenizer;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto token = found[i].value_or(Found{"[PAD" + std::to_string(i) + "]", TokenType::unused});
        if (!seen.insert(token.text).second) { // llama.cpp finds tokens by their text
            reader.fail("it has the token '" + token.text + "' twice");
        }
        if (token.type == TokenType::control || token.type == TokenType::user_defined) {
            tokenizer.added[token.text] = static_cast<std::int32_t>(i);
        }
        tokenizer.tokens.push_back(std::move(token.text));
        tokenizer.types.push_back(token.type);
    }
    return tokenizer;
}

HfTokenizer parse(Reader const& reader, Json const& root, std::size_t vocabulary) {
    auto const& model = reader.member(root, "model");
    if (model.contains("type") && model.at("type") != "BPE") {
        reader.fail("it is not of the kind BPE");
    }
    if (flag(model, "byte_fallback", false)) {
        reader.fail("it is of the kind SentencePiece, which cannot be converted");
    }
    if (root.contains("normalizer") && !root.at("normalizer").is_null() &&
        root.at("normalizer").value("type", "") != "NFC") {
        reader.fail("it changes text before splitting it, in a way that this program does not know");
    }
    auto const& words = reader.member(model, "vocab");
    if (!words.is_object() || words.empty() || words.size() > max_tokens) {
        reader.fail("it has no vocabulary");
    }
    std::vector<std::optional<Found>> found;
    auto place = [&](std::size_t id, Found token, bool replace) {
        found.resize(std::max(found.size(), id + 1));
        if (found[id] && !replace) {
            reader.fail("two tokens have the number " + std::to_string(id));
        }
        found[id] = std::move(token);
    };
    for (auto const& [word, id] : words.items()) {
        place(reader.id(id), {word, TokenType::normal}, false);
    }
    if (root.contains("added_tokens") && root.at("added_tokens").is_array()) {
        for (auto const& token : root.at("added_tokens")) { // may repeat a word of the vocabulary
            place(reader.id(reader.member(token, "id")),
                  {reader.text(token, "content"),
                   flag(token, "special", false) || looks_special(reader.text(token, "content"))
                       ? TokenType::control
                       : TokenType::user_defined},
                  true);
        }
    }
    auto tokenizer = assemble(reader, std::move(found), vocabulary);
    auto const& merges = reader.member(model, "merges");
    if (!merges.is_array()) {
        reader.fail("it has no merges");
    }
    for (auto const& merge : merges) {
        tokenizer.merges.push_back(merge_text(reader, merge));
    }
    tokenizer.pre = pre_tokenizer_name(root.contains("pre_tokenizer") ? root.at("pre_tokenizer") : Json(),
                                       flag(model, "ignore_merges", false));
    if (tokenizer.pre.empty()) {
        reader.fail("it splits text in a way that this program does not know");
    }
    return tokenizer;
}

} // namespace

std::int32_t HfTokenizer::find(std::string const& token) const {
    if (auto known = added.find(token); known != added.end()) {
        return known->second;
    }
    auto at = std::find(tokens.begin(), tokens.end(), token);
    return at == tokens.end() ? -1 : static_cast<std::int32_t>(at - tokens.begin());
}

HfTokenizer parse_hf_tokenizer(std::string_view json, std::string const& file, std::size_t vocabulary) {
    Reader reader{file};
    auto root = Json::parse(json, nullptr, false);
    if (root.is_discarded()) {
        reader.fail("it is not JSON");
    }
    try {
        return parse(reader, root, vocabulary);
    } catch (Json::exception const&) {
        reader.fail("a value in it is of the wrong kind");
    }
}

HfTokenizer read_hf_tokenizer(std::filesystem::path const& path, std::size_t vocabulary) {
    FileBytes file(path);
    if (file.size() > max_file) {
        file.fail("it is too large for a tokenizer");
    }
    auto bytes = file.read(0, file.size(), "the tokenizer");
    return parse_hf_tokenizer({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path.string(), vocabulary);
}

void add_tokenizer(GgufWriter& writer, HfTokenizer const& tokenizer) {
    writer.set("tokenizer.ggml.model", std::string("gpt2"));
    writer.set("tokenizer.ggml.pre", tokenizer.pre);
    writer.set("tokenizer.ggml.tokens", tokenizer.tokens);
    std::vector<std::int32_t> types;
    std::transform(tokenizer.types.begin(), tokenizer.types.end(), std::back_inserter(types),
                   [](TokenType type) { return static_cast<std::int32_t>(type); });
    writer.set("tokenizer.ggml.token_type", types);
    writer.set("tokenizer.ggml.merges", tokenizer.merges);
}

} // namespace echollama::convert
