#include "mcp/tools.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/sound/audio_io.h"
#include "media/sound/sound_file.h"
#include "server/base64.h"
#include "server/description.h"
#include "text/sentences.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

namespace echollama::mcp {
namespace {

constexpr std::size_t most_sound_bytes =
    500'000;                           // in an answer; base64 makes a third more of it, and hosts end at 1 MiB
constexpr int speech_rate = 24000;     // samples a second
constexpr std::size_t most_turns = 16; // of the conversation about one picture
constexpr std::uintmax_t most_file_bytes = 64ULL << 20;

// What is asked about: the picture that was named last.
struct Talk {
    std::vector<std::uint8_t> picture; // still encoded; empty: none
    std::vector<Turn> history;
};

// Another picture is talked about; one that cannot be seen is refused and the one before stays.
void look_at(server::Engine& engine, Talk& talk, std::vector<std::uint8_t> picture, std::stop_token const& stop) {
    engine.look({picture}, stop);
    talk = {std::move(picture), {}};
}

std::string text_argument(Json const& arguments, char const* name, bool needed) {
    auto const found = arguments.find(name);
    if (found == arguments.end() || found->is_null()) {
        if (needed) {
            throw Error(std::string("The argument '") + name + "' is missing.");
        }
        return "";
    }
    if (!found->is_string() || (needed && trimmed(found->get<std::string>()).empty())) {
        throw Error(std::string("The argument '") + name + "' must be a text that is not empty.");
    }
    return found->get<std::string>();
}

std::vector<std::uint8_t> bytes_named(std::string const& name, char const* argument) {
    if (name.starts_with("data:")) {
        return server::bytes_of_data_url(name, argument);
    }
    if (is_standard_input(name)) {
        throw Error("Standard input carries the protocol; name a file.");
    }
    return read_input(name, {argument, most_file_bytes});
}

Json text_content(std::string const& text) {
    return Json::array({{{"type", "text"}, {"text", text}}});
}

Json text_schema(char const* description) {
    return {{"type", "string"}, {"description", description}};
}

Json object_schema(Json properties, Json required) {
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

constexpr auto picture_help =
    "Path of the picture (JPEG, PNG, HEIC, WebP, TIFF …), point cloud or mesh; or a data: address";

Json things_schema() {
    return {
        {"type", "array"},
        {"description", "The things in the picture, the most important first"},
        {"items",
         {{"type", "object"},
          {"properties",
           {{"object", {{"type", "integer"}}},
            {"words", {{"type", "string"}}},
            {"bearing_deg", {{"type", "number"}, {"description", "0: straight ahead, positive: to the right"}}}}}}}};
}

Tool describe_tool(server::Engine& engine, std::shared_ptr<Talk> const& talk) {
    Tool tool;
    tool.name = "describe";
    tool.title = "Describe a picture";
    tool.description =
        "Says in a few sentences what a picture shows, where each thing is and how far away, dangerous and "
        "near things first. Everything said was found in the picture. Runs on this computer only.";
    tool.input_schema = object_schema({{"picture", text_schema(picture_help)}}, Json::array({"picture"}));
    tool.output_schema =
        object_schema({{"text", {{"type", "string"}}}, {"things", things_schema()}}, Json::array({"text", "things"}));
    tool.run = [&engine, talk](ToolCall const& call) {
        look_at(engine, *talk, bytes_named(text_argument(call.arguments, "picture", true), "picture"), call.stop);
        auto const told = server::describe(engine, {talk->picture}, "", {}, call.progress, call.stop);
        talk->history = {{Turn::Role::user, ""}, {Turn::Role::assistant, told.text}};
        return ToolResult{text_content(told.text),
                          {{"text", told.text}, {"things", server::things_of(engine, *told.seen)}}};
    };
    return tool;
}

// Without a picture so far the language model answers.
std::string answered(server::Engine& engine, Talk const& talk, std::string const& question, ToolCall const& call) {
    if (!talk.picture.empty()) {
        return server::describe(engine, {talk.picture}, question, talk.history, call.progress, call.stop).text;
    }
    Prompt prompt;
    prompt.turns = talk.history;
    prompt.turns.push_back({Turn::Role::user, question});
    std::string text;
    engine.chat(
        prompt, [&](std::string_view piece) { text += piece; }, call.stop);
    return trimmed(text);
}

Tool ask_tool(server::Engine& engine, std::shared_ptr<Talk> const& talk) {
    Tool tool;
    tool.name = "ask";
    tool.title = "Ask about a picture";
    tool.description =
        "Answers a question about a picture: what is there, where, how many, how far, which colour, what is "
        "written. Without 'picture' the one named last is meant. Runs on this computer only.";
    tool.input_schema = object_schema(
        {{"question", text_schema("The question, in plain words")}, {"picture", text_schema(picture_help)}},
        Json::array({"question"}));
    tool.output_schema = object_schema({{"text", {{"type", "string"}}}}, Json::array({"text"}));
    tool.run = [&engine, talk](ToolCall const& call) {
        auto const question = text_argument(call.arguments, "question", true);
        if (auto const picture = text_argument(call.arguments, "picture", false); !picture.empty()) {
            if (auto bytes = bytes_named(picture, "picture"); bytes != talk->picture) {
                look_at(engine, *talk, std::move(bytes), call.stop);
            }
        }
        auto const text = answered(engine, *talk, question, call);
        talk->history.push_back({Turn::Role::user, question});
        talk->history.push_back({Turn::Role::assistant, text});
        if (talk->history.size() > most_turns) {
            talk->history.erase(talk->history.begin(), talk->history.begin() + 2);
        }
        return ToolResult{text_content(text), {{"text", text}}};
    };
    return tool;
}

float speed_argument(Json const& arguments) {
    auto const found = arguments.find("speed");
    if (found == arguments.end() || found->is_null()) {
        return 1;
    }
    if (!found->is_number() || !(found->get<double>() >= 0.5 && found->get<double>() <= 4)) {
        throw Error("The argument 'speed' must be a number from 0.5 to 4.");
    }
    return found->get<float>();
}

// Where speech goes: into a file that did not exist, or into the answer.
class Recording {
  public:
    explicit Recording(std::filesystem::path path) : path_(std::move(path)) {
        std::error_code ignored;
        if (!path_.empty() && std::filesystem::exists(std::filesystem::symlink_status(path_, ignored))) {
            throw Error("There is already something called " + path_.string() + "; choose another name.");
        }
        if (!path_.empty()) {
            file_ = std::make_unique<SoundFile>(path_, speech_rate);
        } else {
            encoder_ =
                make_sound_encoder(SoundFormat::mp3, speech_rate, 1, {[this](auto bytes) { append(bytes); }, nullptr});
        }
    }

    void write(AudioChunk const& chunk) {
        seconds_ += static_cast<double>(chunk.samples.size()) / speech_rate;
        file_ ? file_->write(chunk.samples) : encoder_->write(chunk.samples);
    }

    ToolResult finish() {
        file_ ? file_->finish() : encoder_->finish();
        auto const seconds = std::round(seconds_ * 100) / 100;
        if (file_) {
            return {text_content("The speech is in " + path_.string() + "."),
                    {{"seconds", seconds}, {"file", path_.string()}}};
        }
        return {Json::array({{{"type", "audio"}, {"data", server::to_base64(bytes_)}, {"mimeType", "audio/mpeg"}}}),
                {{"seconds", seconds}}};
    }

  private:
    void append(std::span<std::uint8_t const> bytes) {
        if (bytes_.size() + bytes.size() > most_sound_bytes) {
            throw Error("The speech is too long for an answer; name a 'file' for it, or say it in parts.");
        }
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    std::filesystem::path path_;
    double seconds_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::unique_ptr<SoundFile> file_;
    std::unique_ptr<SoundEncoder> encoder_;
};

Tool say_tool(server::Engine& engine) {
    Tool tool;
    tool.name = "say";
    tool.title = "Speak a text";
    tool.description =
        "Makes speech of a text: returned as MP3, or written to a new file whose name ends in .wav, .mp3, "
        ".flac or .opus. Runs on this computer only.";
    Json voice = text_schema("The voice; the usual one without it");
    voice["enum"] = engine.voices();
    tool.input_schema =
        object_schema({{"text", text_schema("What is spoken, as it is written")},
                       {"voice", std::move(voice)},
                       {"speed", {{"type", "number"}, {"minimum", 0.5}, {"maximum", 4}, {"default", 1}}},
                       {"file", text_schema("Path of a new sound file; without it the sound is in the answer")}},
                      Json::array({"text"}));
    tool.output_schema =
        object_schema({{"seconds", {{"type", "number"}}}, {"file", {{"type", "string"}}}}, Json::array({"seconds"}));
    tool.read_only = false;
    tool.run = [&engine](ToolCall const& call) {
        auto const text = text_argument(call.arguments, "text", true);
        auto const speed = speed_argument(call.arguments);
        Recording recording(text_argument(call.arguments, "file", false));
        engine.say(
            text, text_argument(call.arguments, "voice", false), speed, speech_rate,
            [&](AudioChunk&& chunk) { recording.write(chunk); }, call.stop);
        return recording.finish();
    };
    return tool;
}

Tool listen_tool(server::Engine& engine) {
    Tool tool;
    tool.name = "listen";
    tool.title = "Understand a recording";
    tool.description = "Writes down what is said in a recording, in English. Runs on this computer only.";
    tool.input_schema = object_schema({{"recording", text_schema("Path of a sound or film file; or a data: address")}},
                                      Json::array({"recording"}));
    Json const segment{
        {"type", "object"},
        {"properties",
         {{"start_s", {{"type", "number"}}}, {"end_s", {{"type", "number"}}}, {"text", {{"type", "string"}}}}}};
    tool.output_schema =
        object_schema({{"text", {{"type", "string"}}}, {"segments", {{"type", "array"}, {"items", segment}}}},
                      Json::array({"text", "segments"}));
    tool.run = [&engine](ToolCall const& call) {
        auto const name = text_argument(call.arguments, "recording", true);
        auto const sound =
            decode_audio(bytes_named(name, "recording"), name.starts_with("data:") ? "the recording" : name);
        auto const transcript = engine.hear(sound, "", call.stop);
        return ToolResult{text_content(transcript.text.empty() ? "Nothing is said in it." : transcript.text),
                          to_json(transcript)};
    };
    return tool;
}

} // namespace

std::vector<Tool> make_tools(server::Engine& engine) {
    auto const talk = std::make_shared<Talk>();
    std::vector<Tool> tools{describe_tool(engine, talk), ask_tool(engine, talk)};
    if (engine.can_speak()) {
        tools.push_back(say_tool(engine));
    }
    if (engine.can_hear()) {
        tools.push_back(listen_tool(engine));
    }
    return tools;
}

} // namespace echollama::mcp
