// Options about words that describe, scene and others share.
#pragma once

#include "command_line/command_line.h"
#include "wording/prompt.h"
#include "wording/wording.h"

namespace echollama {

// --level, --directions and --units.
void add_wording_options(Command& command, WordingOptions& wording);

// --prompt-style.
void add_prompt_style_option(Command& command, PromptStyle& style, std::string const& help);

} // namespace echollama
