// Text on standard output. That it cannot be written never ends other work: a speech file is still completed when
// `| head -1` has read enough, or when the disk that the text goes to is full.
#pragma once

#include <string>
#include <vector>

namespace echollama {

// Call first: a standard stream that the caller closed leads nowhere, so that no file opened later takes its place.
void open_standard_streams();

// Written at once; print_line adds a newline. When nobody reads any more, it and all that follows is dropped.
void print_text(std::string const& text);
void print_line(std::string const& text);

// Call last. Throws Error when text could not be written for another reason than that nobody reads it.
void finish_standard_output();

// Of what is named here, only one can go to standard output. Throws UsageError naming the two that would be mixed.
struct Result {
    std::string name; // "the speech"
    bool to_standard_output = false;
};
void check_standard_output(std::vector<Result> const& results);

} // namespace echollama
