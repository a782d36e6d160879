#include "output/standard_output.h"

#include "base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace echollama {
namespace {

// What is written to the descriptor from now on is dropped without an error.
void lead_nowhere(int descriptor) {
    int const nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0 && nowhere != descriptor) {
        dup2(nowhere, descriptor);
        close(nowhere);
    }
}

} // namespace

void open_standard_streams() {
    for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
            lead_nowhere(descriptor);
        }
    }
}

void print_text(std::string const& text) {
    if (std::ferror(stdout)) {
        return; // told at the end
    }
    bool const written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written && errno == EPIPE) {
        lead_nowhere(STDOUT_FILENO);
        std::fflush(stdout); // what is still in the buffer
        std::clearerr(stdout);
    }
}

void print_line(std::string const& text) {
    print_text(text + "\n");
}

void finish_standard_output() {
    if (std::ferror(stdout)) {
        throw Error("The result could not be written to standard output; check that there is room where it goes.");
    }
}

void check_standard_output(std::vector<Result> const& results) {
    Result const* first = nullptr;
    for (auto const& result : results) {
        if (!result.to_standard_output) {
            continue;
        }
        if (first) {
            throw UsageError("Only one result can go to standard output, not both " + first->name + " and " +
                             result.name + "; name a file for one of them.");
        }
        first = &result;
    }
}

} // namespace echollama
