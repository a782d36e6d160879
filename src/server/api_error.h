// Why a request is refused, in the words that clients of the several interfaces know.
#pragma once

#include "base/error.h"

#include <string>

namespace echollama::server {

// Becomes a reply with this status. The text is one plain sentence that says what to do.
class ApiError : public Error {
  public:
    ApiError(int status, std::string const& text, std::string param = "", std::string code = "")
        : Error(text), status_(status), param_(std::move(param)), code_(std::move(code)) {}

    int status() const { return status_; }
    std::string const& param() const { return param_; } // the field of the request; empty: none
    std::string const& code() const { return code_; }   // empty: none

  private:
    int status_;
    std::string param_, code_;
};

} // namespace echollama::server
