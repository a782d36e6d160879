// What is known about the 80 object classes of COCO: words, kinds, and how large such things usually are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

enum class Kind {
    person,
    vehicle,
    outdoor,
    animal,
    accessory,
    sports,
    kitchen,
    food,
    furniture,
    electronic,
    appliance,
    indoor
};

struct ObjectClass {
    std::string_view name;
    std::string_view plural;
    Kind kind;
    // Typical real extents in metres as a standing viewer sees them: height, and width from the side that is usually
    // seen. 0: too variable to tell a distance from.
    float height, width;
    // Factor: nine of ten such things are between size / spread and size * spread.
    float spread;
    // 0 harmless; 1 can be walked into; 2 sharp, hot or heavy; 3 moves or can hurt.
    int hazard;
    // Other words for it, comma separated; plurals are derived.
    std::string_view synonyms;
    // Words that say more than is known of it, such as "man" of a person; as above.
    std::string_view special;
};

// All 80 classes in COCO's order (index = contiguous id, 0 person).
std::vector<ObjectClass> const& coco_classes();

// Their names.
std::vector<std::string> coco_labels();

// Null for an unknown label.
ObjectClass const* find_class(std::string_view label);

// "an animal", "a vehicle": what can be said when two classes of one kind compete.
std::string_view kind_noun(Kind kind);

// Whether a doubtful find of this class is told by its kind first, "an animal, perhaps a dog": animals and vehicles.
bool is_told_as_kind(ObjectClass const& object);

// "dogs", "sheep"; of any label.
std::string plural_of(std::string const& label);

// "a dog", "an orange", but "skis" and "scissors" (plural by nature) get "some".
std::string with_article(std::string_view label);

} // namespace echollama
