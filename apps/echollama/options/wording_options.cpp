#include "options/wording_options.h"

namespace echollama {

void add_wording_options(Command& command, WordingOptions& wording) {
    command.choice("--level", wording.level,
                   {{"headline", Level::headline, {"title", "one-line"}},
                    {"short", Level::brief, {"brief"}},
                    {"full", Level::full, {"long", "detailed", "all", "normal", "default"}}},
                   "How much is said");
    command.choice("--directions", wording.directions,
                   {{"clock", Directions::clock, {"hours", "oclock"}},
                    {"degrees", Directions::degrees, {"angles"}},
                    {"sides", Directions::sides, {"left-right", "words"}},
                    {"grid", Directions::grid, {"cells"}}},
                   "How directions are said");
    command.choice("--units", wording.units,
                   {{"m", Units::metres, {"metre", "metres", "meter", "meters", "metric", "cm"}},
                    {"ft", Units::feet, {"foot", "feet", "imperial"}},
                    {"steps", Units::steps, {"step", "paces"}}},
                   "How distances are said");
}

void add_prompt_style_option(Command& command, PromptStyle& style, std::string const& help) {
    command.choice("--prompt-style", style,
                   {{"standard", PromptStyle::standard, {"default", "facts", "sentences"}},
                    {"paper", PromptStyle::paper, {"matrix"}}},
                   help);
}

} // namespace echollama
