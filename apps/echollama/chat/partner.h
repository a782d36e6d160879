// Who talks in `echollama chat`: the picture that is talked about, the models, which stay loaded, and what was said.
#pragma once

#include "app.h"
#include "chat/options.h"
#include "conversation/dialogue.h"
#include "pipeline/see.h"
#include "pipeline/tell.h"

#include <filesystem>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// Decides where everything that the conversation loads is computed, `more` among it; before the first is loaded.
// Returns the context.
AppContext const& with_devices(AppContext const& context, ChatOptions const& options,
                               std::vector<StageFiles> const& more = {});

class ChatPartner {
  public:
    // Begins to load the models. `speaker` may be not valid: then nothing is spoken.
    ChatPartner(AppContext const& context, ChatOptions const& options, Loading<Speaker> speaker, Timings& timings);
    ~ChatPartner();

    // Looks at the picture of the options, or at another file. Throws Error when it cannot be opened; then the one
    // before stays.
    void look(std::stop_token stop);
    void look_at(std::filesystem::path const& file, std::stop_token stop);

    // Describes the picture, or answers the question of a Response of the dialogue; or says what it knows by itself.
    // Returns early when stop is requested.
    void describe(TellingOutput const& output, std::stop_token stop);
    void answer(Response const& response, TellingOutput const& output, std::stop_token stop);

    Dialogue& dialogue() { return dialogue_; }

  private:
    struct Picture;
    void open(InputOptions const& input, std::stop_token stop);
    TellingRequest request(Response const& response) const;
    void tell_scene(Response const& response, TellingOutput const& output, std::stop_token stop);

    AppContext const& context_;
    ChatOptions options_;
    Timings& timings_;
    SeeingModels seeing_;
    Loading<Speaker> speaker_; // not yet placed
    std::unique_ptr<Picture> picture_;
    TellingModels models_;
    Dialogue dialogue_;
    std::future<void> loading_; // last: it ends before the models do
};

} // namespace echollama
