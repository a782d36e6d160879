// The tables of docs/json.md, and what of a printed value does not agree with them.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace echollama::test {

class JsonShapes {
  public:
    explicit JsonShapes(std::filesystem::path const& document);

    // A sentence for each field that is not documented, is missing, or is of another type. `shape`: a table's name.
    std::vector<std::string> differences(nlohmann::json const& value, std::string const& shape);
    // "Scene.caption" for each documented field that no value had so far.
    std::set<std::string> unseen() const;

  private:
    struct Field {
        std::string type, meaning;
        bool optional = false;
    };
    using Table = std::map<std::string, Field>;

    void read_row(std::string const& shape, std::string const& line);
    // With those of the tables that it takes up ("...Scene"), and the table each field was written in.
    std::map<std::string, std::pair<Field, std::string>> fields_of(std::string const& shape) const;
    void compare(nlohmann::json const& value, Field const& field, std::string const& where);
    void compare_object(nlohmann::json const& value, std::string const& shape, std::string const& where);

    std::map<std::string, Table> tables_;
    std::map<std::string, std::vector<std::string>> taken_up_;
    std::set<std::string> seen_;
    std::vector<std::string> differences_;
};

} // namespace echollama::test
