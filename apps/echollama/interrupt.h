// Ctrl-C and termination: the first signal asks all work to stop; work that has not ended some time later, or when a
// second signal comes, is left behind.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace echollama {

// Exit code of a run that a signal ended, as shells expect for SIGINT.
inline constexpr int exit_interrupted = 130;

// Must be made in main() before any thread starts: it blocks SIGINT and SIGTERM for the whole program and waits for
// them in a thread of its own.
class Interrupt {
  public:
    // Work that cannot be interrupted (a library loading a model) may hold the program no longer than `patience` after
    // the first signal.
    explicit Interrupt(std::chrono::milliseconds patience = std::chrono::milliseconds(100));
    ~Interrupt();
    Interrupt(Interrupt const&) = delete;
    Interrupt& operator=(Interrupt const&) = delete;

    // From now on, for what has something to complete when it is stopped.
    static void be_patient(std::chrono::milliseconds patience);

    std::stop_token token() const { return stop_.get_token(); }
    bool requested() const { return stop_.stop_requested(); }

  private:
    void wait();

    std::stop_source stop_;
    std::jthread waiter_;
};

} // namespace echollama
