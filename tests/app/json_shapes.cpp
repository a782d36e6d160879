#include "app/json_shapes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace echollama::test {
namespace {

std::string trimmed(std::string text) {
    auto const end = text.find_last_not_of(' ');
    text.erase(end == std::string::npos ? 0 : end + 1);
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

// "`describe --json`" → "describe --json".
std::string bare(std::string text) {
    std::erase(text, '`');
    return text;
}

} // namespace

JsonShapes::JsonShapes(std::filesystem::path const& document) {
    std::ifstream file(document);
    EXPECT_TRUE(file) << "there is no " << document;
    std::string shape;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) {
            shape = bare(line.substr(3));
            tables_[shape];
        } else if (line.starts_with("| ") && !line.starts_with("| field ")) {
            read_row(shape, line);
        }
    }
}

void JsonShapes::read_row(std::string const& shape, std::string const& line) {
    std::istringstream cells(line.substr(1));
    std::string name, type, meaning;
    std::getline(cells, name, '|');
    std::getline(cells, type, '|');
    std::getline(cells, meaning, '|');
    name = trimmed(name);
    if (name.starts_with("...")) {
        taken_up_[shape].push_back(bare(name.substr(3)));
        return;
    }
    bool const optional = name.ends_with('?');
    tables_[shape][optional ? name.substr(0, name.size() - 1) : name] = {trimmed(type), meaning, optional};
}

std::map<std::string, std::pair<JsonShapes::Field, std::string>> JsonShapes::fields_of(std::string const& shape) const {
    std::map<std::string, std::pair<Field, std::string>> all;
    if (auto const taken = taken_up_.find(shape); taken != taken_up_.end()) {
        for (auto const& other : taken->second) {
            all.merge(fields_of(other));
        }
    }
    for (auto const& [name, field] : tables_.at(shape)) {
        all[name] = {field, shape};
    }
    return all;
}

std::vector<std::string> JsonShapes::differences(nlohmann::json const& value, std::string const& shape) {
    differences_.clear();
    if (tables_.count(shape) == 0) {
        return {"there is no table " + shape};
    }
    compare_object(value, shape, "");
    return differences_;
}

void JsonShapes::compare_object(nlohmann::json const& value, std::string const& shape, std::string const& where) {
    if (!value.is_object()) {
        differences_.push_back(where + " is not an object: " + value.dump());
        return;
    }
    auto const fields = fields_of(shape);
    for (auto const& [name, entry] : fields) {
        if (value.contains(name)) {
            seen_.insert(entry.second + "." + name);
            compare(value.at(name), entry.first, where + "." + name);
        } else if (!entry.first.optional) {
            differences_.push_back(where + "." + name + " is documented and not printed");
        }
    }
    for (auto const& item : value.items()) {
        if (fields.count(item.key()) == 0) {
            differences_.push_back(where + "." + item.key() + " is printed and not documented");
        }
    }
}

void JsonShapes::compare(nlohmann::json const& value, Field const& field, std::string const& where) {
    auto type = field.type;
    if (type.ends_with(" or null")) {
        if (value.is_null()) {
            return;
        }
        type.resize(type.size() - std::string(" or null").size());
    }
    if (type.starts_with('[')) {
        if (!value.is_array()) {
            differences_.push_back(where + " is not a list: " + value.dump());
            return;
        }
        for (auto const& element : value) {
            compare(element, {type.substr(1, type.size() - 2), field.meaning, false}, where + "[]");
        }
        return;
    }
    if (tables_.count(type) > 0) {
        compare_object(value, type, where);
        return;
    }
    bool const fits =
        type == "text"        ? value.is_string()
        : type == "whole"     ? value.is_number_integer()
        : type == "number"    ? value.is_number()
        : type == "yes or no" ? value.is_boolean()
        : type == "one of"
            ? value.is_string() && field.meaning.find("`" + value.get<std::string>() + "`") != std::string::npos
            : false;
    if (!fits) {
        differences_.push_back(where + " is not " + type + ": " + value.dump());
    }
}

std::set<std::string> JsonShapes::unseen() const {
    std::set<std::string> all;
    for (auto const& [shape, table] : tables_) {
        for (auto const& [name, field] : table) {
            if (seen_.count(shape + "." + name) == 0) {
                all.insert(shape + "." + name);
            }
        }
    }
    return all;
}

} // namespace echollama::test
