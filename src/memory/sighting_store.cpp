#include "memory/sighting_store.h"

#include "base/error.h"
#include "base/home_dir.h"
#include "scene/coco.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

namespace echollama {
namespace {

constexpr int wait_ms = 2000;
constexpr std::int64_t application = 0x4563686f; // "Echo", in the header of our files
constexpr std::int64_t version = 1;
constexpr std::int64_t latest_second = 253402300799; // of the year 9999
constexpr float farthest_m = 10000;
constexpr char const* table =
    "CREATE TABLE sightings(label TEXT NOT NULL, walk INTEGER NOT NULL, seen_at INTEGER NOT NULL, live INTEGER NOT "
    "NULL, score REAL NOT NULL, bearing_deg REAL NOT NULL, source INTEGER NOT NULL, metres REAL NOT NULL, low REAL NOT "
    "NULL, high REAL NOT NULL, relation INTEGER NOT NULL, landmark TEXT NOT NULL, PRIMARY KEY(label, walk)) WITHOUT "
    "ROWID";

// The file is no memory that this version can read: to forget is then to remove it.
class Unreadable : public Error {
  public:
    using Error::Error;
};

std::string called(std::filesystem::path const& file) {
    return "The memory of what was seen, " + file.string() + ",";
}

using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

// Null: the code says why not.
Statement prepared(sqlite3* database, std::string const& sql, int& code) {
    sqlite3_stmt* statement = nullptr;
    code = sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
    return {statement, &sqlite3_finalize};
}

std::int64_t integer_of(sqlite3* database, std::string const& sql, int& code) {
    auto const statement = prepared(database, sql, code);
    code = code == SQLITE_OK ? sqlite3_step(statement.get()) : code;
    std::int64_t const value = code == SQLITE_ROW ? sqlite3_column_int64(statement.get(), 0) : 0;
    code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
    return value;
}

// Makes it where it is missing, for the user alone.
void make_file(std::filesystem::path const& file) {
    std::error_code fault;
    auto const folder = file.parent_path();
    bool const is_new = std::filesystem::create_directories(folder, fault);
    if (is_new) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
    }
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat facts {};
    bool const fine = descriptor >= 0 && fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) &&
                      fchmod(descriptor, S_IRUSR | S_IWUSR) == 0;
    int const reason = errno;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!fine) {
        bool const other = descriptor >= 0 && !S_ISREG(facts.st_mode);
        throw Error(called(file) + " cannot be written (" + (other ? "it is no file" : std::strerror(reason)) +
                    "); choose another data folder with XDG_DATA_HOME.");
    }
}

float number_in(sqlite3_stmt* row, int column) {
    return static_cast<float>(sqlite3_column_double(row, column));
}

std::string text_in(sqlite3_stmt* row, int column) {
    auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(row, column));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))) : "";
}

bool is_within(float value, float least, float most) {
    return value >= least && value <= most; // false for what is no number
}

// None where the row says what cannot be.
std::optional<Sighting> sighting_in(sqlite3_stmt* row) {
    Sighting seen;
    seen.label = text_in(row, 0);
    seen.walk = sqlite3_column_int64(row, 1);
    seen.seen_at = sqlite3_column_int64(row, 2);
    seen.live = sqlite3_column_int64(row, 3) != 0;
    seen.score = number_in(row, 4);
    seen.bearing_deg = number_in(row, 5);
    auto const source = sqlite3_column_int64(row, 6);
    auto& distance = seen.distance;
    distance.metres = number_in(row, 7), distance.low = number_in(row, 8), distance.high = number_in(row, 9);
    auto const relation = sqlite3_column_int64(row, 10);
    seen.landmark = text_in(row, 11);
    bool const known_relation = relation == 1 || relation == 2;
    bool const placed = known_relation && find_class(seen.landmark) != nullptr;
    if (!find_class(seen.label) || seen.walk < 0 || seen.seen_at < 0 || seen.seen_at > latest_second ||
        !is_within(seen.score, 0, 1) || !is_within(seen.bearing_deg, -180, 180) || source < 0 ||
        source > static_cast<std::int64_t>(DistanceSource::object_size) || (relation != 0 && !placed)) {
        return std::nullopt;
    }
    distance.source = static_cast<DistanceSource>(source);
    if (distance.source == DistanceSource::none) {
        distance = {};
    } else if (!is_within(distance.low, 0, distance.metres) || !is_within(distance.metres, 0.01F, distance.high) ||
               !is_within(distance.high, 0, farthest_m)) {
        return std::nullopt;
    }
    if (relation == 0) {
        seen.landmark.clear();
    } else {
        seen.relation = relation == 1 ? Relation::on : Relation::inside;
    }
    return seen;
}

void bind(sqlite3_stmt* statement, Sighting const& seen) {
    auto const text = [&](int place, std::string const& value) {
        sqlite3_bind_text(statement, place, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    };
    auto const number = [&](int place, float value) {
        sqlite3_bind_double(statement, place, std::isfinite(value) ? static_cast<double>(value) : 0);
    };
    bool const placed = seen.relation && (*seen.relation == Relation::on || *seen.relation == Relation::inside);
    text(1, seen.label);
    sqlite3_bind_int64(statement, 2, seen.walk);
    sqlite3_bind_int64(statement, 3, seen.seen_at);
    sqlite3_bind_int64(statement, 4, seen.live ? 1 : 0);
    number(5, seen.score);
    number(6, seen.bearing_deg);
    sqlite3_bind_int64(statement, 7, static_cast<std::int64_t>(seen.distance.source));
    number(8, seen.distance.metres);
    number(9, seen.distance.low);
    number(10, seen.distance.high);
    sqlite3_bind_int64(statement, 11, !placed ? 0 : *seen.relation == Relation::on ? 1 : 2);
    text(12, placed ? seen.landmark : "");
}

// Called after every so many steps of SQLite's machine: a file that makes it work for ever is damaged.
int count_down(void* left) {
    return --*static_cast<int*>(left) < 0 ? 1 : 0;
}

} // namespace

std::filesystem::path SightingStore::usual_file() {
    auto folder = path_from_environment("XDG_DATA_HOME");
    if (!folder.is_absolute()) {
        folder = home_dir() / ".local" / "share";
    }
    return folder / "echollama" / "sightings.db";
}

SightingStore::SightingStore(std::filesystem::path const& file, Use use) : file_(file) {
    if (use == Use::write) {
        make_file(file_);
    }
    std::error_code fault;
    if (auto const bytes = std::filesystem::file_size(file_, fault); !fault && bytes > most_store_bytes) {
        throw Unreadable(called(file_) + " is larger than it can be; 'echollama forget' removes it.");
    }
    try {
        if (int const code = sqlite3_open_v2(file_.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr);
            code != SQLITE_OK) {
            fail(code);
        }
        prepare(use);
    } catch (...) {
        close();
        throw;
    }
}

SightingStore::~SightingStore() {
    close();
}

void SightingStore::close() {
    sqlite3_close_v2(database_);
    database_ = nullptr;
}

void SightingStore::fail(int code) const {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw Error(called(file_) + " is in use by another program; close that, then try again.");
    case SQLITE_FULL:
        throw Error(called(file_) + " cannot grow because the disk or the memory itself is full; free some space, or "
                                    "let it go with 'echollama forget'. What was remembered before is kept.");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        throw Error(called(file_) + " cannot be read or written (" + sqlite3_errstr(code) +
                    "); check the permissions of the file, its folder and the disk.");
    case SQLITE_NOMEM:
        throw std::bad_alloc();
    default:
        throw Unreadable(called(file_) + " is damaged; 'echollama forget' removes it.");
    }
}

void SightingStore::run(std::string const& sql) const {
    if (int const code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK) {
        fail(code);
    }
}

// As SQLite advises for files from elsewhere ("Defense Against The Dark Arts").
void SightingStore::guard() const {
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_busy_timeout(database_, wait_ms);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, 1 << 17);
    run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON");
}

// Our table and nothing else; false: nothing at all.
bool SightingStore::has_schema() const {
    int code = SQLITE_OK;
    auto const statement = prepared(database_, "SELECT sql FROM sqlite_schema LIMIT 2", code);
    code = code == SQLITE_OK ? sqlite3_step(statement.get()) : code;
    if (code == SQLITE_DONE) {
        return false;
    }
    if (code != SQLITE_ROW) {
        fail(code);
    }
    bool const ours = text_in(statement.get(), 0) == table;
    code = sqlite3_step(statement.get());
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        fail(code);
    }
    int first = SQLITE_OK, second = SQLITE_OK;
    auto const is_of = integer_of(database_, "PRAGMA application_id", first);
    auto const is_version = integer_of(database_, "PRAGMA user_version", second);
    if (first != SQLITE_OK || second != SQLITE_OK) {
        fail(first != SQLITE_OK ? first : second);
    }
    if (is_of == application && is_version > version) {
        throw Unreadable(called(file_) + " was written by a newer version of the program; use that one, or let it go "
                                         "with 'echollama forget'.");
    }
    if (is_of != application || is_version != version || !ours || code == SQLITE_ROW) {
        throw Unreadable(called(file_) + " is no memory of this program; move it elsewhere, or let it go with "
                                         "'echollama forget'.");
    }
    return true;
}

void SightingStore::prepare(Use use) {
    constexpr int steps = 100000, times = 400;
    int left = times;
    sqlite3_progress_handler(database_, steps, count_down, &left);
    guard();
    empty_ = !has_schema();
    if (!empty_) {
        int code = SQLITE_OK;
        auto const statement = prepared(database_, "PRAGMA quick_check(1)", code);
        code = code == SQLITE_OK ? sqlite3_step(statement.get()) : code;
        if (code != SQLITE_ROW || text_in(statement.get(), 0) != "ok") {
            fail(code == SQLITE_ROW ? SQLITE_CORRUPT : code);
        }
    }
    if (use == Use::write) {
        int code = SQLITE_OK;
        auto const page = integer_of(database_, "PRAGMA page_size", code);
        run("PRAGMA journal_mode = DELETE");
        run("PRAGMA max_page_count = " +
            std::to_string(static_cast<std::int64_t>(most_store_bytes) / std::max<std::int64_t>(page, 512)));
    }
    sqlite3_progress_handler(database_, 0, nullptr, nullptr);
}

void SightingStore::remember(std::vector<Sighting> const& sightings) {
    run("BEGIN IMMEDIATE");
    try {
        if (!has_schema()) { // looked at again, now that nobody else can write
            run(std::string(table) + "; PRAGMA application_id = " + std::to_string(application) +
                "; PRAGMA user_version = " + std::to_string(version));
        }
        int code = SQLITE_OK;
        auto const statement =
            prepared(database_, "INSERT OR REPLACE INTO sightings VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", code);
        for (auto const& seen : sightings) {
            if (code == SQLITE_OK) {
                bind(statement.get(), seen);
                code = sqlite3_step(statement.get());
                code = code == SQLITE_DONE ? sqlite3_reset(statement.get()) : code;
            }
        }
        if (code != SQLITE_OK) {
            fail(code);
        }
        run("DELETE FROM sightings WHERE walk NOT IN (SELECT DISTINCT walk FROM sightings ORDER BY walk DESC LIMIT " +
            std::to_string(most_walks) + ")");
        run("COMMIT");
        empty_ = false;
    } catch (...) {
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
}

std::vector<Sighting> SightingStore::latest() const {
    if (empty_) {
        return {};
    }
    int code = SQLITE_OK;
    auto const statement = prepared(database_,
                                    "SELECT label, walk, seen_at, live, score, bearing_deg, source, metres, low, high, "
                                    "relation, landmark FROM sightings",
                                    code);
    std::map<std::string, Sighting> newest;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement.get());
        auto const seen = code == SQLITE_ROW ? sighting_in(statement.get()) : std::nullopt;
        if (seen) {
            auto& kept = newest.try_emplace(seen->label, *seen).first->second;
            kept = seen->seen_at > kept.seen_at ? *seen : kept;
        }
    }
    if (code != SQLITE_DONE) {
        fail(code);
    }
    std::vector<Sighting> all;
    for (auto& [label, seen] : newest) {
        all.push_back(std::move(seen));
    }
    return all;
}

bool SightingStore::forget(std::filesystem::path const& file) {
    std::error_code fault;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, fault))) {
        return false;
    }
    try {
        SightingStore store(file, Use::write);
        if (store.empty_) {
            return false;
        }
        int code = SQLITE_OK;
        bool const any = integer_of(store.database_, "SELECT EXISTS (SELECT 1 FROM sightings)", code) != 0;
        store.run("DELETE FROM sightings");
        store.run("VACUUM");
        return any;
    } catch (Unreadable const&) { // nobody who writes such files holds it
        for (auto const* end : {"", "-journal", "-wal", "-shm"}) {
            std::filesystem::remove(file.string() + end, fault);
            if (fault) {
                throw Error(called(file) + " cannot be removed (" + fault.message() +
                            "); check the permissions of its folder.");
            }
        }
        return true;
    }
}

} // namespace echollama
