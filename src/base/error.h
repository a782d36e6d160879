// The one exception type. Library errors (C return codes, std exceptions of third-party code) become an Error at the
// wrapper that meets them; only the programs in apps/ and the server catch it.
#pragma once

#include <stdexcept>
#include <string>

namespace echollama {

// A failure a user can act on. The text is one plain sentence that says what failed and what to do about it.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The command line was used wrongly (exit code 2 instead of 1).
class UsageError : public Error {
  public:
    using Error::Error;
};

// Work ended because its stop token asked for it: not a failure, nothing is reported.
class Cancelled : public std::exception {
  public:
    char const* what() const noexcept override { return "cancelled"; }
};

// Whoever read what is written to a pipe (standard output mostly, as in "| head -1") has stopped reading: not a
// failure, nothing is reported. What else was asked for is still done.
class ReaderGone : public std::exception {
  public:
    char const* what() const noexcept override { return "nobody reads any more"; }
};

} // namespace echollama
