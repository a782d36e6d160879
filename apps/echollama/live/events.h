// What happened while watching, as lines of JSON (docs/live.md, "Events") and in a folder.
#pragma once

#include "live/narrator.h"
#include "pipeline/json.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// "danger", "nearer"…; null for what is no change.
Json kind_json(std::optional<ChangeKind> kind);

class WatchEvents {
  public:
    // `print`: each line goes to standard output at once. `folder`: so they go to its events.jsonl, and where things
    // are to tracks.csv and tracks.txt, so that what was watched until then is there whatever ends the program; empty:
    // they do not. Throws Error when the folder cannot be made or written, or holds a record already.
    WatchEvents(bool print, std::filesystem::path const& folder);

    void tell(std::string const& event, double seconds, Json const& details = Json::object());
    void tell(Announcement const& announcement, double seconds);
    // Where everything is in one frame.
    void track(double seconds, std::vector<Thing> const& things);
    // Why nothing is recorded any more, in a sentence; once. The watching is worth more than its record.
    std::optional<std::string> take_fault();

  private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

    void begin_record();
    File open(std::string const& name) const;
    void record(File& file, std::string const& lines);

    bool print_, begun_ = false;
    std::filesystem::path folder_;
    File events_, tracks_, mot_;
    int pictures_ = 0;
    std::optional<std::string> fault_;
};

} // namespace echollama
