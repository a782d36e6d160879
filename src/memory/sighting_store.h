// What was seen where and when, kept beyond one run of the program: a SQLite database in the user's data folder that
// only the user can read. It holds classes, places and times, never pictures, sound or words.
#pragma once

#include "scene/types.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;

namespace echollama {

// One class of things on one walk, when and where it was last seen then.
struct Sighting {
    std::string label;        // of coco_classes()
    std::int64_t seen_at = 0; // seconds since 1970
    std::int64_t walk = 0;    // milliseconds since 1970 when the watching began
    bool live = true;         // a camera or a stream; false: a film, whose pictures were taken nobody knows when
    float score = 0;          // [0, 1]
    float bearing_deg = 0;    // as the camera looked then
    Distance distance = {};
    // What it was on or in; none: beside nothing known.
    std::optional<Relation> relation = {};
    std::string landmark = {}; // of coco_classes()
};

// Walks that are kept, the latest; and the size that the file never exceeds.
inline constexpr std::size_t most_walks = 500;
inline constexpr std::uintmax_t most_store_bytes = 16U << 20;

class SightingStore {
  public:
    enum class Use { read, write };

    // $XDG_DATA_HOME/echollama/sightings.db, else ~/.local/share/echollama/sightings.db. Throws Error without a home.
    static std::filesystem::path usual_file();

    // For writing the file and its folder are made where they are missing; no other user may read them. Throws Error
    // where it cannot be opened, is no memory of this program, is damaged, or is held by another program for longer
    // than two seconds. Nothing that a hostile file holds is run: it must have our one table and nothing else.
    SightingStore(std::filesystem::path const& file, Use use);
    ~SightingStore();
    SightingStore(SightingStore const&) = delete;
    SightingStore& operator=(SightingStore const&) = delete;

    // All or none of them; what the same walk told of the same class is replaced, and walks beyond `most_walks` are
    // forgotten. Throws Error where the disk is full, or another program holds the file.
    void remember(std::vector<Sighting> const& sightings);
    // The latest of each class, in the order of the classes' names. Rows that say what cannot be are left out.
    std::vector<Sighting> latest() const;

    // Forgets all; a file that is damaged or of another kind is removed. False: there was none. Throws Error where that
    // cannot be done.
    static bool forget(std::filesystem::path const& file);

  private:
    void close();
    void guard() const;
    void prepare(Use use);
    bool has_schema() const;
    [[noreturn]] void fail(int code) const;
    void run(std::string const& sql) const;

    std::filesystem::path file_;
    sqlite3* database_ = nullptr;
    bool empty_ = false; // nothing was ever written
};

} // namespace echollama
