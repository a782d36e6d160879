// Questions about what is written, while watching: the picture is read beside the work that goes on.
#pragma once

#include "media/picture/image.h"
#include "pipeline/loading.h"
#include "roles/roles.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <future>
#include <optional>
#include <stop_token>
#include <string>

namespace echollama {

class LiveReading {
  public:
    // `reader`: not valid: nobody reads, and that is said. `waits`: ask() gives the answer itself (simulations).
    LiveReading(Loading<Reader> reader, bool waits) : reader_(std::move(reader)), waits_(waits) {}
    ~LiveReading(); // ends a reading under way
    LiveReading(LiveReading const&) = delete;
    LiveReading& operator=(LiveReading const&) = delete;

    // What is said to the question at once; none: it is about something else.
    std::optional<std::string> ask(std::string const& question, Image const& picture, Scene const& scene,
                                   WordingOptions const& wording);
    // The answer, when it has come; once.
    std::optional<std::string> take();

  private:
    Loading<Reader> reader_;
    bool waits_;
    std::stop_source stop_;
    std::future<std::string> answer_; // not valid: nothing is asked
};

} // namespace echollama
