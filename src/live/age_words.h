// How long ago something was, as people say it.
#pragma once

#include <cstdint>
#include <string>

namespace echollama {

// "just now", "20 seconds ago", "about 3 minutes ago", "about 2 hours ago"
std::string age_words(double seconds);

// Of seconds since 1970, in the days and hours of the local time zone: as above within some hours, else "yesterday at
// about ten in the morning", "on Tuesday at about noon", "on 3 March", "on 3 March 2025". A time that has not come yet
// is told as one that cannot be known, because somebody set the clock.
std::string earlier_words(std::int64_t then, std::int64_t now);

} // namespace echollama
