#include "hub/listing.h"

#include "base/error.h"
#include "hub/names.h"

#include <nlohmann/json.hpp>

namespace echollama::hub {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(std::string const& what) {
    throw Error("The hub's answer cannot be understood (" + what + "); check HF_ENDPOINT, or try again later.");
}

// Depth is limited, since the library's values are destroyed recursively.
json parse(std::string_view text) {
    if (text.size() > max_answer_bytes) {
        refuse("it is too long");
    }
    auto const shallow = [](int depth, json::parse_event_t, json&) {
        if (depth > 64) {
            refuse("it is nested too deeply");
        }
        return true;
    };
    auto document = json::parse(text, shallow, false);
    if (document.is_discarded()) {
        refuse("it is not JSON");
    }
    return document;
}

// nullptr: there is none.
json const* member(json const& object, char const* key) {
    auto const found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() ? &*found : nullptr;
}

std::string text_at(json const& object, char const* key) {
    auto const* const found = member(object, key);
    return found && found->is_string() ? found->get<std::string>() : "";
}

std::string licence_of(json const& info) {
    if (auto const* const card = member(info, "cardData")) {
        auto const name = text_at(*card, "license_name");
        auto const licence = text_at(*card, "license");
        if (!licence.empty()) {
            return licence == "other" && !name.empty() ? name : licence;
        }
    }
    if (auto const* const tags = member(info, "tags"); tags && tags->is_array()) {
        for (auto const& tag : *tags) {
            if (tag.is_string() && tag.get<std::string>().starts_with("license:")) {
                return tag.get<std::string>().substr(8);
            }
        }
    }
    return "";
}

RemoteFile parse_file(json const& entry) {
    RemoteFile file;
    file.path = text_at(entry, "path");
    check_file_name(file.path);
    auto const* size = member(entry, "size");
    file.content = text_at(entry, "oid");
    if (auto const* const lfs = member(entry, "lfs"); lfs && lfs->is_object()) {
        file.content = text_at(*lfs, "oid");
        if (file.content.starts_with("sha256:")) {
            file.content.erase(0, 7);
        }
        size = member(*lfs, "size") ? member(*lfs, "size") : size;
    }
    if (!is_content_name(file.content)) {
        refuse("a file has no checksum");
    }
    if (!size || !size->is_number_unsigned() || size->get<std::uint64_t>() > std::uint64_t{1} << 44) {
        refuse("a file has no size");
    }
    file.bytes = size->get<std::uint64_t>();
    return file;
}

} // namespace

Listing parse_model_info(std::string_view text) {
    auto const info = parse(text);
    Listing listing;
    listing.commit = text_at(info, "sha");
    if (!is_commit(listing.commit)) {
        refuse("it names no commit");
    }
    listing.licence = licence_of(info);
    auto const* const gated = member(info, "gated");
    listing.gated = gated && !gated->is_null() && *gated != json(false);
    return listing;
}

std::vector<RemoteFile> parse_tree(std::string_view text) {
    auto const tree = parse(text);
    if (!tree.is_array() || tree.size() > max_files) {
        refuse("it is no list of files");
    }
    std::vector<RemoteFile> files;
    for (auto const& entry : tree) {
        auto const type = text_at(entry, "type");
        if (type.empty()) {
            refuse("an entry has no type");
        }
        if (type == "file") {
            files.push_back(parse_file(entry));
        }
    }
    return files;
}

std::string next_page(std::string const& link) {
    for (std::size_t at = link.find('<'); at != std::string::npos; at = link.find('<', at + 1)) {
        auto const end = link.find('>', at);
        auto const other = std::min(link.find('<', at + 1), link.size());
        if (end == std::string::npos) {
            break;
        }
        auto const rest = std::string_view(link).substr(end, other > end ? other - end : 0);
        if (rest.find("rel=\"next\"") != std::string_view::npos || rest.find("rel=next") != std::string_view::npos) {
            return link.substr(at + 1, end - at - 1);
        }
    }
    return "";
}

} // namespace echollama::hub
