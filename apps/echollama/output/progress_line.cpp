#include "output/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace echollama {
namespace {

constexpr std::chrono::seconds between_lines{10};

bool rewrites_lines() {
    char const* kind = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && kind && std::strcmp(kind, "dumb") != 0;
}

} // namespace

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(rewrites_lines()) {}

ProgressLine::~ProgressLine() {
    finish();
}

void ProgressLine::print() {
    std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", text_.c_str());
    std::fflush(stderr);
    last_ = std::chrono::steady_clock::now();
    shown_ = true;
}

void ProgressLine::show(std::string const& text) {
    if (quiet_) {
        return;
    }
    text_ = text;
    shown_ = false;
    if (terminal_ || std::chrono::steady_clock::now() - last_ >= between_lines) {
        print();
    }
}

void ProgressLine::finish() {
    if (!shown_) {
        print();
    }
    if (terminal_ && !text_.empty()) {
        std::fputc('\n', stderr);
    }
    text_.clear();
}

} // namespace echollama
