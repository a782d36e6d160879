#include "interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace echollama {
namespace {

std::atomic<std::int64_t> patience_ms; // of the program's one Interrupt

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2); // only used to end the waiting thread
    return set;
}

} // namespace

Interrupt::Interrupt(std::chrono::milliseconds patience) {
    be_patient(patience);
    sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is a write error with a sentence, not a silent death
    waiter_ = std::jthread([this] { wait(); });
}

void Interrupt::be_patient(std::chrono::milliseconds patience) {
    patience_ms = patience.count();
}

Interrupt::~Interrupt() {
    pthread_kill(waiter_.native_handle(), SIGUSR2);
}

void Interrupt::wait() {
    sigset_t set = watched_signals();
    int signal = 0;
    sigwait(&set, &signal);
    if (signal == SIGUSR2) {
        return;
    }
    stop_.request_stop();
    auto const patience = patience_ms.load();
    timespec const grace{patience / 1000, patience % 1000 * 1'000'000};
    // A second signal, or the end of the grace period, ends the program without waiting for its threads. Files are
    // written beside their destination and renamed when complete, so nothing half-written stays under its final name.
    // A SIGCONT, which timeout and systemd send behind, interrupts the wait (signal(7)), and is no second signal.
    do {
        signal = sigtimedwait(&set, nullptr, &grace);
    } while (signal < 0 && errno == EINTR);
    if (signal != SIGUSR2) {
        _exit(exit_interrupted);
    }
}

} // namespace echollama
