// Whether somebody who pauses has said all of it.
#pragma once

#include <string>

namespace echollama {

// A wish, or a question of which every word is understood and that can end where it does: it names what is asked about
// and does not end with a word that leads to another ("Where is the", "Is the cup", "How far is"). What follows a whole
// question may still add to it ("Is there a cup" … "on the table").
bool is_whole(std::string const& text);

// Nothing but "oh", "um" and the like: thinking aloud, which nobody wants answered. Also where nothing was said.
bool is_interjection(std::string const& text);

} // namespace echollama
