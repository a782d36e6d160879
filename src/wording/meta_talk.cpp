#include "base/ascii.h"
#include "wording/grounding.h"

#include <algorithm>
#include <iterator>

namespace echollama {

bool is_meta_talk(std::string const& text) {
    static char const* const marks[] = {"matrix",
                                        "grid-based",
                                        "bounding box",
                                        "r(",
                                        "probability",
                                        "image description",
                                        "as an ai",
                                        "language model",
                                        "prompt",
                                        "detection",
                                        "detected",
                                        "confidence",
                                        "coordinate",
                                        "json",
                                        "system:",
                                        "user:",
                                        "assistant",
                                        "```",
                                        "**",
                                        "##",
                                        "<|",
                                        "|>",
                                        "pixel",
                                        "based on the facts",
                                        "the facts",
                                        "according to the",
                                        "the picture is a",
                                        "the image is a",
                                        "the picture is probably",
                                        "the list",
                                        "score",
                                        "instructions",
                                        "as you can see",
                                        "i'm sorry",
                                        "i cannot",
                                        "i can't"};
    std::string plain = lower_case(text);
    return std::any_of(std::begin(marks), std::end(marks),
                       [&](char const* mark) { return plain.find(mark) != std::string::npos; });
}

} // namespace echollama
