#include "media/picture/metadata.h"

#include <pugixml.hpp>

#include <cmath>
#include <cstdlib>

namespace echollama {
namespace {

constexpr std::size_t most_properties = 10'000;

struct Walker : pugi::xml_tree_walker {
    XmpProperties found;

    bool for_each(pugi::xml_node& node) override {
        XmpProperties::Item item;
        bool is_item = false;
        for (auto const& attribute : node.attributes()) {
            std::string const key = attribute.name();
            found.values.try_emplace(key, attribute.value());
            is_item = is_item || key == "Item:Mime";
            if (key == "Item:Semantic") {
                item.semantic = attribute.value();
            } else if (key == "Item:DataURI") {
                item.uri = attribute.value();
            } else if (key == "Item:Length") {
                item.length = attribute.as_ullong();
            }
        }
        if (is_item) {
            found.items.push_back(item);
        }
        if (node.text()) {
            found.values.try_emplace(node.name(), node.text().get());
        }
        return found.values.size() < most_properties;
    }
};

} // namespace

std::string XmpProperties::text(std::string const& key) const {
    auto const at = values.find(key);
    return at == values.end() ? std::string() : at->second;
}

double XmpProperties::number(std::string const& key, double otherwise) const {
    auto const at = values.find(key);
    if (at == values.end()) {
        return otherwise;
    }
    char* end = nullptr;
    double const value = std::strtod(at->second.c_str(), &end);
    return end != at->second.c_str() && std::isfinite(value) ? value : otherwise;
}

XmpProperties read_xmp(PictureMetadata const& metadata) {
    Walker walker;
    for (auto const* part : {&metadata.xmp, &metadata.extended_xmp}) {
        pugi::xml_document document;
        if (!part->empty() && document.load_buffer(part->data(), part->size())) {
            document.traverse(walker);
        }
    }
    return walker.found;
}

} // namespace echollama
