// What happened while watching, as lines of JSON (docs/live.md, "Events") and in a folder.
#pragma once

#include "base/output_file.h"
#include "live/narrator.h"
#include "pipeline/json.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace echollama {

// "danger", "nearer"…; null for what is no change.
Json kind_json(std::optional<ChangeKind> kind);

class WatchEvents {
  public:
    // `print`: each line goes to standard output at once. `folder`: events.jsonl and tracks.csv are written there when
    // the watching ends; empty: they are not. Throws Error when the folder cannot be made or written.
    WatchEvents(bool print, std::filesystem::path const& folder);

    void tell(std::string const& event, double seconds, Json details = Json::object());
    void tell(Announcement const& announcement, double seconds);
    // Where everything is in one frame.
    void track(double seconds, std::vector<Thing> const& things);
    void finish();

  private:
    bool print_;
    std::unique_ptr<OutputFile> events_, tracks_;
};

} // namespace echollama
