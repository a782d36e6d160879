// What is asked of somebody who watches, beside what a scene answers (questions/answers.h).
#pragma once

#include <string>

namespace echollama {

// "stop", "enough", "thank you": of what is being looked for.
bool asks_to_stop(std::string const& line);

// "what changed?", "what is new?", "is anything different?", "what moved?"
bool asks_what_changed(std::string const& question);

// "help", "is the picture good?", "how do I hold the camera?", "is something over the lens?"; questions about what the
// camera sees, and whether the picture is dark or blurred, are the scene's own.
bool asks_for_camera_help(std::string const& question);

} // namespace echollama
