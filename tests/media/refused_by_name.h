// Files of kinds that are not read: each is refused by its name.
#pragma once

#include "support/support.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace echollama::test {

struct NamedKind {
    std::string_view begins; // the file's first bytes
    char const* says;        // what the sentence must name
};

// `read` gets the bytes.
void expect_refused_by_name(std::initializer_list<NamedKind> kinds, auto const& read) {
    for (auto const& kind : kinds) {
        auto const said = refusal([&] { read(kind.begins); });
        EXPECT_NE(said.find(kind.says), std::string::npos) << kind.says << ": " << said;
    }
}

} // namespace echollama::test
