// A file of rows that grows, and survives whatever ends the program.
#pragma once

#include "dataset/preference.h"

#include <filesystem>
#include <set>
#include <string>

namespace echollama::dataset {

// Each row is on the disk when add() returns. Opening a file that is there goes on with it: what a killed program left
// of its last line is cut off, and the images of its rows are known. Two programs cannot write one file. Not
// thread-safe.
class RowFile {
  public:
    // Throws Error when the file cannot be written, another program writes it, or one of its whole lines is no row.
    explicit RowFile(std::filesystem::path path);
    ~RowFile();
    RowFile(RowFile const&) = delete;
    RowFile& operator=(RowFile const&) = delete;

    bool holds(std::string const& image) const { return images_.contains(image); }
    std::size_t size() const { return rows_; }
    // Throws Error when the disk is full; the file then holds whole rows as before.
    void add(Preference const& row);

  private:
    void go_on();
    void know(std::size_t number, std::string const& line);
    [[noreturn]] void refuse(std::size_t number, std::string const& why) const;

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::set<std::string> images_;
    std::size_t rows_ = 0;
};

} // namespace echollama::dataset
