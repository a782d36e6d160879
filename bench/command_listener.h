// A peer's recogniser as a listener: a command that reads the path of a WAV file per line and writes what it hears, one
// line each.
#pragma once

#include "base/error.h"
#include "listener/whisper_listener.h"
#include "media/sound/sound_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace echollama::bench {

class CommandListener : public Listener {
  public:
    explicit CommandListener(std::string const& command) {
        std::array<int, 2> to{}, from{};
        if (pipe(to.data()) != 0 || pipe(from.data()) != 0 || (child_ = fork()) < 0) {
            throw Error("The command '" + command + "' could not be started.");
        }
        if (child_ == 0) {
            dup2(to[0], STDIN_FILENO);
            dup2(from[1], STDOUT_FILENO);
            for (int const end : {to[0], to[1], from[0], from[1]}) {
                close(end);
            }
            execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
            _exit(127);
        }
        close(to[0]);
        close(from[1]);
        to_ = fdopen(to[1], "w");
        from_ = fdopen(from[0], "r");
    }
    CommandListener(CommandListener const&) = delete;
    CommandListener& operator=(CommandListener const&) = delete;
    ~CommandListener() override {
        std::fclose(to_); // its input ends, and so does it
        std::fclose(from_);
        waitpid(child_, nullptr, 0);
        std::filesystem::remove(sound_);
    }
    Transcript hear(AudioBuffer const& audio, std::string const&, std::stop_token) override {
        {
            SoundFile file(sound_, audio.rate);
            file.write(audio.samples);
            file.finish();
        }
        std::fprintf(to_, "%s\n", sound_.c_str());
        std::fflush(to_);
        std::string text;
        int next = std::fgetc(from_);
        for (; next != EOF && next != '\n'; next = std::fgetc(from_)) {
            text += static_cast<char>(next);
        }
        if (next == EOF) {
            throw Error("The listening command ended.");
        }
        return {text, {}};
    }

  private:
    pid_t child_ = -1;
    std::FILE *to_ = nullptr, *from_ = nullptr;
    std::filesystem::path sound_ =
        std::filesystem::temp_directory_path() / ("bench-listener-" + std::to_string(getpid()) + ".wav");
};

struct NamedListener {
    std::string name;
    std::unique_ptr<Listener> listener;
};

// Names parted by commas: a file of whisper.cpp, or NAME=COMMAND for a peer.
inline std::vector<NamedListener> named_listeners(std::string const& names, WhisperOptions const& options) {
    std::vector<NamedListener> listeners;
    std::istringstream parts(names);
    for (std::string part; std::getline(parts, part, ',');) {
        if (auto const is = part.find('='); is != std::string::npos) {
            listeners.push_back({part.substr(0, is), std::make_unique<CommandListener>(part.substr(is + 1))});
        } else {
            listeners.push_back({std::filesystem::path(part).stem().string(), make_whisper_listener(part, options)});
        }
    }
    return listeners;
}

} // namespace echollama::bench
