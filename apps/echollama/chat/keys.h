// Keys and lines of a spoken conversation.
#pragma once

#include "app.h"
#include "conversation/talk.h"

#include <stop_token>
#include <string>
#include <thread>

namespace echollama {

// Reads standard input until its end, on a thread of its own. On a terminal, space at the beginning of a line begins
// and ends listening, Escape stops what is said, Enter sends the line. Otherwise each line is a question or a wish.
class ChatKeys {
  public:
    ChatKeys(Talk& talk, AppContext const& context);
    ~ChatKeys();
    ChatKeys(ChatKeys const&) = delete;
    ChatKeys& operator=(ChatKeys const&) = delete;

    // What one byte that was typed does; shows the line as it is edited.
    void take(char typed);

  private:
    void read(std::stop_token const& stop);

    Talk& talk_;
    std::stop_token program_;
    bool terminal_;
    std::string line_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
