#include "live/age_words.h"

#include "scene/english.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

namespace echollama {
namespace {

constexpr double present_s = 2; // what was seen so lately is still there
constexpr std::int64_t hour_s = 3600, day_s = 24 * hour_s;
constexpr std::int64_t hours_of_today = 12 * hour_s, hours_of_yesterday = 6 * hour_s; // told as hours
constexpr std::int64_t clocks_differ_s = 120;
constexpr std::int64_t week_days = 7, about_a_year = 300;

std::string counted(long number, std::string const& unit) {
    return std::to_string(number) + " " + unit + (number == 1 ? "" : "s");
}

std::tm local(std::int64_t seconds) {
    auto const time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    localtime_r(&time, &parts);
    return parts;
}

// Days since 1970 of its date, whatever summer time does.
std::int64_t day_of(std::tm const& parts) {
    std::tm midnight{};
    midnight.tm_year = parts.tm_year, midnight.tm_mon = parts.tm_mon, midnight.tm_mday = parts.tm_mday;
    return static_cast<std::int64_t>(timegm(&midnight)) / day_s;
}

std::string clock_words(std::tm const& parts) {
    int const hour = (parts.tm_hour * 60 + parts.tm_min + 30) / 60; // the nearest
    if (hour == 0 || hour == 24) {
        return hour == 0 ? " shortly after midnight" : " shortly before midnight";
    }
    if (hour == 12) {
        return " at about noon";
    }
    char const* part = hour < 5    ? " at night"
                       : hour < 12 ? " in the morning"
                       : hour < 18 ? " in the afternoon"
                       : hour < 23 ? " in the evening"
                                   : " at night";
    return " at about " + number_word(static_cast<std::size_t>(hour > 12 ? hour - 12 : hour)) + part;
}

std::string date_words(std::tm const& parts, bool with_year) {
    constexpr std::array<char const*, 12> months{"January", "February", "March",     "April",   "May",      "June",
                                                 "July",    "August",   "September", "October", "November", "December"};
    return "on " + std::to_string(parts.tm_mday) + " " + months[static_cast<std::size_t>(parts.tm_mon)] +
           (with_year ? " " + std::to_string(parts.tm_year + 1900) : "");
}

} // namespace

std::string age_words(double seconds) {
    if (seconds < present_s) {
        return "just now";
    }
    if (seconds < 57.5) {
        return counted(seconds < 10 ? std::lround(seconds) : 5 * std::lround(seconds / 5), "second") + " ago";
    }
    if (seconds < 3570) {
        return "about " + counted(std::max(1L, std::lround(seconds / 60)), "minute") + " ago";
    }
    return "about " + counted(std::lround(seconds / 3600), "hour") + " ago";
}

std::string earlier_words(std::int64_t then, std::int64_t now) {
    if (then > now + clocks_differ_s) {
        return "at a time that I cannot tell because the clock was changed";
    }
    auto const age = now - then;
    auto const was = local(then), is = local(now);
    auto const days = day_of(is) - day_of(was);
    if ((days <= 0 && age < hours_of_today) || (days == 1 && age < hours_of_yesterday)) {
        return age_words(static_cast<double>(age));
    }
    if (days <= 1) {
        return (days <= 0 ? "today" : "yesterday") + clock_words(was);
    }
    if (days < week_days) {
        constexpr std::array<char const*, 7> names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
        return "on " + std::string(names[static_cast<std::size_t>(was.tm_wday)]) + clock_words(was);
    }
    return date_words(was, days > about_a_year);
}

} // namespace echollama
