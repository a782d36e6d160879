// What was kept of what was seen: a database from anywhere.
#include "fuzz.h"
#include "memory/sighting_store.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

// One file in memory where there is such a place, which every input takes.
std::filesystem::path const& place() {
    static std::filesystem::path const file = [] {
        std::error_code ignored;
        std::filesystem::path const memory = "/dev/shm";
        auto const folder =
            std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
        auto const name = folder / ("echollama-fuzz-sightings-" + std::to_string(getpid()) + ".db");
        std::atexit([] {
            std::error_code none;
            std::filesystem::remove(place(), none);
        });
        return name;
    }();
    return file;
}

Sighting sighting(std::string const& label, std::int64_t walk) {
    Sighting seen;
    seen.label = label;
    seen.seen_at = 1700000000 + walk;
    seen.walk = walk;
    seen.score = 0.7F;
    seen.bearing_deg = 12;
    seen.distance = {DistanceSource::sensor, 2, 1.9F, 2.1F};
    seen.relation = Relation::inside;
    seen.landmark = "sink";
    return seen;
}

} // namespace

std::vector<Bytes> seeds() {
    auto const of = [](std::size_t count) {
        return written("sightings.db", [count](std::filesystem::path const& file) {
            SightingStore store(file, SightingStore::Use::write);
            std::vector<Sighting> all;
            for (std::size_t i = 0; i < count; ++i) {
                all.push_back(sighting(i % 2 == 0 ? "cup" : "dog", static_cast<std::int64_t>(i + 1)));
            }
            store.remember(all);
        });
    };
    return {of(0), of(1), of(2), of(120)};
}

void run(Input input) {
    auto const& file = place();
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<char const*>(input.data()), static_cast<std::streamsize>(input.size()));
    for (auto const& seen : SightingStore(file, SightingStore::Use::read).latest()) {
        if (seen.label.empty() || seen.seen_at < 0 || !(seen.score >= 0 && seen.score <= 1) ||
            seen.relation.has_value() == seen.landmark.empty()) {
            throw std::logic_error("a row that says what cannot be");
        }
    }
    SightingStore(file, SightingStore::Use::write).remember({sighting("cat", 5000)});
}

} // namespace echollama::fuzz
