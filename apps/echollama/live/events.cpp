#include "live/events.h"

#include "base/error.h"
#include "output/standard_output.h"

#include <cmath>
#include <cstdio>

namespace echollama {
namespace {

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

char const* name_of(Urgency urgency) {
    return urgency == Urgency::now ? "now" : urgency == Urgency::soon ? "soon" : "later";
}

} // namespace

Json kind_json(std::optional<ChangeKind> kind) {
    if (!kind) {
        return nullptr;
    }
    switch (*kind) {
    case ChangeKind::danger:
        return "danger";
    case ChangeKind::nearer:
        return "nearer";
    case ChangeKind::crossing:
        return "crossing";
    case ChangeKind::appeared:
        return "appeared";
    case ChangeKind::stopped:
        return "stopped";
    case ChangeKind::gone:
        break;
    }
    return "gone";
}

namespace {

std::unique_ptr<OutputFile> file_in(std::filesystem::path const& folder, std::string const& name) {
    return folder.empty() ? nullptr : std::make_unique<OutputFile>(folder / name, "the record");
}

} // namespace

WatchEvents::WatchEvents(bool print, std::filesystem::path const& folder) : print_(print) {
    std::error_code fault;
    if (!folder.empty()) {
        std::filesystem::create_directories(folder, fault);
    }
    if (fault) {
        throw Error("The folder " + folder.string() + " cannot be made (" + fault.message() +
                    "); choose another place.");
    }
    events_ = file_in(folder, "events.jsonl");
    tracks_ = file_in(folder, "tracks.csv");
    if (tracks_) {
        std::fputs(
            "seconds,thing,label,score,left,top,right,bottom,bearing_deg,metres,low,high,closing_per_s,contact_s\n",
            tracks_->stream());
    }
}

void WatchEvents::tell(std::string const& event, double seconds, Json details) {
    Json line{{"event", event}, {"seconds", rounded(seconds)}};
    line.update(details);
    auto const text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (print_) {
        print_line(text);
    }
    if (events_) {
        std::fputs((text + "\n").c_str(), events_->stream());
    }
}

void WatchEvents::tell(Announcement const& announcement, double seconds) {
    tell("says", seconds,
         {{"text", announcement.text},
          {"urgency", name_of(announcement.urgency)},
          {"kind", kind_json(announcement.kind)},
          {"state", announcement.is_state},
          {"things", announcement.identities},
          {"shown_at", rounded(announcement.shown_at)},
          {"age_s", rounded(seconds - announcement.known_at)}});
}

void WatchEvents::track(double seconds, std::vector<Thing> const& things) {
    if (!tracks_) {
        return;
    }
    for (auto const& thing : things) {
        if (!thing.present) {
            continue;
        }
        auto const& [x0, y0, x1, y1] = thing.detection.box;
        auto const& d = thing.distance;
        auto const& movement = thing.movement;
        auto const of = [](std::optional<Interval> const& interval) {
            return interval ? static_cast<double>(interval->value) : std::nan("");
        };
        std::fprintf(tracks_->stream(), "%.3f,%d,%s,%.2f,%.1f,%.1f,%.1f,%.1f,%.1f,%.2f,%.2f,%.2f,%.3f,%.2f\n", seconds,
                     thing.identity(), thing.detection.label.c_str(), static_cast<double>(thing.detection.score),
                     static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1), static_cast<double>(y1),
                     static_cast<double>(thing.bearing_deg), static_cast<double>(d.metres), static_cast<double>(d.low),
                     static_cast<double>(d.high), of(movement.closing), of(movement.contact_s));
    }
}

void WatchEvents::finish() {
    for (auto* file : {&events_, &tracks_}) {
        if (*file) {
            (*file)->commit();
            file->reset();
        }
    }
}

} // namespace echollama
