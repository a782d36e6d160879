// `echollama chat` aloud: what a Talk needs done, by the partner and a listener.
#pragma once

#include "chat/partner.h"
#include "conversation/talk.h"
#include "roles/roles.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace echollama {

struct ListeningOptions {
    std::filesystem::path listener; // whisper's model; empty: the starter
    std::filesystem::path vad;      // as pauses_model() takes it
    double pause_s = 0.8;
    bool push_to_talk = false;
    bool earcons = true;
    bool echo_guard = true;
};

// Everything is loaded when it is made.
class SpokenChat {
  public:
    SpokenChat(AppContext const& context, ChatOptions const& chat, ListeningOptions const& listening);

    // Looks at the picture of the options, if there is one, and gets ready to describe it.
    void begin();
    Talk& talk() { return *talk_; }
    int rate() const { return rate_; }

  private:
    std::string hear(AudioBuffer const& phrase, std::stop_token stop);
    LineDone respond(ConversationLine const& line, TalkOutput const& output, std::stop_token stop);
    void look_at(std::string const& file, TellingOutput const& output, std::stop_token stop);

    AppContext const& context_;
    Timings timings_;
    bool has_picture_;
    StageFiles ear_;
    Loading<Speaker> speaker_;
    ChatPartner partner_;
    std::unique_ptr<Listener> listener_;
    int rate_;
    bool turn_open_ = false;     // what is said now is a turn of its own
    std::unique_ptr<Talk> talk_; // last: its worker uses everything above
};

} // namespace echollama
