#include "chat/keys.h"

#include "base/error.h"
#include "base/log.h"
#include "conversation/dialogue.h"
#include "options/text_input.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace echollama {
namespace {

constexpr char escape = 27, backspace = 127, control_h = 8;
constexpr std::size_t longest_line = 1 << 12;

termios& terminal_before() {
    static termios before{};
    return before;
}

void read_keys_at_once() {
    tcgetattr(STDIN_FILENO, &terminal_before());
    auto now = terminal_before();
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

} // namespace

ChatKeys::ChatKeys(Talk& talk, AppContext const& context)
    : talk_(talk), program_(context.stop), terminal_(isatty(STDIN_FILENO) != 0) {
    if (terminal_) {
        if (!context.quiet) {
            std::cerr << "Speak, or type. Space begins and ends listening, Escape stops the answer.\n"
                      << conversation_help << std::endl;
        }
        read_keys_at_once();
    }
    thread_ = std::jthread([this](std::stop_token const& stop) { read(stop); });
}

ChatKeys::~ChatKeys() {
    thread_.request_stop();
    thread_.join();
    if (terminal_) {
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before());
    }
}

void ChatKeys::take(char typed) {
    if (terminal_ && line_.empty() && typed == ' ') {
        talk_.talk_key();
    } else if (terminal_ && typed == escape) {
        talk_.stop_speaking();
        line_.clear();
    } else if (typed == '\n') {
        talk_.type(line_);
        line_.clear();
        std::cerr << (terminal_ ? "\n" : "") << std::flush;
    } else if (terminal_ && (typed == backspace || typed == control_h)) {
        if (!line_.empty()) {
            line_.pop_back();
            std::cerr << "\b \b" << std::flush;
        }
    } else if (line_.size() < longest_line) {
        line_ += typed;
        std::cerr << (terminal_ ? std::string(1, typed) : "") << std::flush;
    }
}

void ChatKeys::read(std::stop_token const& stop) {
    std::stop_source either;
    std::stop_callback const program(program_, [&] { either.request_stop(); });
    std::stop_callback const owner(stop, [&] { either.request_stop(); });
    try {
        read_text_as_it_comes(
            [&](std::string_view piece, bool) {
                for (char const c : piece) {
                    take(c);
                }
            },
            either.get_token());
        if (!line_.empty()) {
            take('\n');
        }
    } catch (Error const& error) {
        log::warning(error.what());
    }
}

} // namespace echollama
