#include "live/events.h"

#include "base/error.h"
#include "base/log.h"
#include "output/standard_output.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

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

constexpr char const* record_names[] = {"events.jsonl", "tracks.csv", "tracks.txt"};
constexpr char const* columns =
    "seconds,thing,label,score,left,top,right,bottom,bearing_deg,metres,low,high,closing_per_s,contact_s,picture\n";

} // namespace

WatchEvents::WatchEvents(bool print, std::filesystem::path const& folder)
    : print_(print), folder_(folder), events_(nullptr, std::fclose), tracks_(nullptr, std::fclose),
      mot_(nullptr, std::fclose) {
    if (folder.empty()) {
        return;
    }
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault) {
        throw Error("The folder " + folder.string() + " cannot be made (" + fault.message() +
                    "); choose another place.");
    }
    for (std::string const name : {record_names[0], record_names[1], record_names[2], "speech.wav"}) {
        if (std::filesystem::exists(folder / name, fault)) {
            throw Error("The folder " + folder.string() + " holds a record already (" + name +
                        "); name another folder, or move that one away.");
        }
    }
}

// With the first event: what cannot be watched leaves no record behind.
void WatchEvents::begin_record() {
    if (folder_.empty() || begun_) {
        return;
    }
    begun_ = true;
    events_ = open(record_names[0]);
    tracks_ = open(record_names[1]);
    mot_ = open(record_names[2]);
    record(tracks_, columns);
}

WatchEvents::File WatchEvents::open(std::string const& name) const {
    auto const path = folder_ / name;
    File file(std::fopen(path.c_str(), "wbxe"), std::fclose);
    if (!file) {
        throw Error("Cannot write the record to " + path.string() + " (" + std::strerror(errno) +
                    "); choose another folder.");
    }
    std::setvbuf(file.get(), nullptr, _IONBF, 0); // nothing is left to be written when a disk is full
    return file;
}

// Whole lines, at once: what is there can be read while the watching goes on, and after whatever ends it.
void WatchEvents::record(File& file, std::string const& lines) {
    if (!file || lines.empty()) {
        return;
    }
    auto const before = std::ftell(file.get());
    bool const written = std::fputs(lines.c_str(), file.get()) >= 0;
    if (!written) {
        auto const why = errno;
        if (ftruncate(fileno(file.get()), before) != 0) { // the last line is then a part of one
            log::warning("The record's last line is not whole.");
        }
        fault_ = "The record in " + folder_.string() + " ends here (" + std::strerror(why) + ").";
        for (auto* one : {&events_, &tracks_, &mot_}) {
            one->reset();
        }
    }
}

std::optional<std::string> WatchEvents::take_fault() {
    return std::exchange(fault_, std::nullopt);
}

void WatchEvents::tell(std::string const& event, double seconds, Json const& details) {
    Json line{{"event", event}, {"seconds", rounded(seconds)}};
    line.update(details);
    auto const text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (print_) {
        print_line(text);
    }
    begin_record();
    record(events_, text + "\n");
}

void WatchEvents::tell(Announcement const& announcement, double seconds) {
    tell("says", seconds,
         {{"text", announcement.text},
          {"urgency", name_of(announcement.urgency)},
          {"kind", kind_json(announcement.kind)},
          {"state", announcement.is_state},
          {"answers", announcement.answers},
          {"things", announcement.identities},
          {"shown_at", rounded(announcement.shown_at)},
          {"age_s", rounded(seconds - announcement.known_at)}});
}

void WatchEvents::track(double seconds, std::vector<Thing> const& things) {
    ++pictures_;
    std::string rows, boxes;
    for (auto const& thing : things) {
        if (!tracks_ || !thing.present) {
            continue;
        }
        auto const& [x0, y0, x1, y1] = thing.detection.box;
        auto const& d = thing.distance;
        auto const& movement = thing.movement;
        auto const of = [](std::optional<Interval> const& interval) {
            return interval ? static_cast<double>(interval->value) : std::nan("");
        };
        std::array<char, 400> line{};
        std::snprintf(
            line.data(), line.size(), "%.3f,%d,%s,%.2f,%.1f,%.1f,%.1f,%.1f,%.1f,%.2f,%.2f,%.2f,%.3f,%.2f,%d\n", seconds,
            thing.identity(), thing.detection.label.c_str(), static_cast<double>(thing.detection.score),
            static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1), static_cast<double>(y1),
            static_cast<double>(thing.bearing_deg), static_cast<double>(d.metres), static_cast<double>(d.low),
            static_cast<double>(d.high), of(movement.closing), of(movement.contact_s), pictures_);
        rows += line.data();
        std::snprintf(line.data(), line.size(), "%d,%d,%.1f,%.1f,%.1f,%.1f,%.2f,-1,-1,-1\n", pictures_,
                      thing.identity(), static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1 - x0),
                      static_cast<double>(y1 - y0), static_cast<double>(thing.detection.score));
        boxes += line.data();
    }
    record(tracks_, rows);
    record(mot_, boxes);
}

} // namespace echollama
