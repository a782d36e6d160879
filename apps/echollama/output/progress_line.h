// How far long work is, on standard error: one line that is rewritten on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace echollama {

class ProgressLine {
  public:
    explicit ProgressLine(bool quiet);
    ~ProgressLine();
    ProgressLine(ProgressLine const&) = delete;
    ProgressLine& operator=(ProgressLine const&) = delete;

    void show(std::string const& text);
    // The last text stays, and is told even where lines are only told now and then.
    void finish();

  private:
    void print();

    bool quiet_, terminal_, shown_ = true; // shown_: the last text has been printed
    std::string text_;
    std::chrono::steady_clock::time_point last_{};
};

} // namespace echollama
