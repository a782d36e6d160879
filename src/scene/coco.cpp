#include "scene/coco.h"

#include "scene/english.h"

#include <unordered_map>

namespace echollama {

// Sizes: everyday knowledge of makers' and statistical figures (adult height, standard furniture heights, vehicle
// dimensions), rounded; the spread says how far one object may differ.
std::vector<ObjectClass> const& coco_classes() {
    using enum Kind;
    static std::vector<ObjectClass> const classes{
        {"person", "people", person, 1.68F, 0.50F, 1.2F, 1,
         "human,someone,somebody,anyone,anybody,everyone,everybody,individual,figure",
         "man,woman,boy,girl,child,kid,lady,guy,pedestrian,astronaut,player,rider,baby,adult,cyclist,driver,waiter,"
         "policeman,officer,stranger,friend,teenager,toddler,gentleman,doctor,nurse,soldier,worker"},
        {"bicycle", "bicycles", vehicle, 1.05F, 1.70F, 1.2F, 2, "bike,cycle", ""},
        {"car", "cars", vehicle, 1.50F, 3.20F, 1.4F, 3, "automobile", "sedan,suv,taxi,cab,hatchback,police car"},
        {"motorcycle", "motorcycles", vehicle, 1.15F, 2.00F, 1.25F, 3, "motorbike", "scooter,moped"},
        {"airplane", "airplanes", vehicle, 8.00F, 30.0F, 2.5F, 1, "plane,aeroplane,aircraft", "jet"},
        {"bus", "buses", vehicle, 3.10F, 8.00F, 1.5F, 3, "", "coach,minibus"},
        {"train", "trains", vehicle, 3.90F, 20.0F, 1.8F, 3, "", "locomotive,tram,railcar"},
        {"truck", "trucks", vehicle, 2.80F, 6.00F, 1.6F, 3, "lorry", "pickup,van"},
        {"boat", "boats", vehicle, 2.00F, 6.00F, 2.5F, 1, "ship", "canoe,kayak,yacht,ferry,sailboat"},
        {"traffic light", "traffic lights", outdoor, 0.90F, 0.35F, 1.4F, 1, "stoplight,traffic signal", ""},
        {"fire hydrant", "fire hydrants", outdoor, 0.75F, 0.35F, 1.3F, 1, "hydrant", ""},
        {"stop sign", "stop signs", outdoor, 0.75F, 0.75F, 1.2F, 1, "", ""},
        {"parking meter", "parking meters", outdoor, 1.30F, 0.30F, 1.3F, 1, "", ""},
        {"bench", "benches", outdoor, 0.85F, 1.50F, 1.3F, 1, "", ""},
        {"bird", "birds", animal, 0.25F, 0.30F, 2.0F, 0, "", "pigeon,duck,seagull,parrot,chicken,sparrow,goose"},
        {"cat", "cats", animal, 0.30F, 0.45F, 1.4F, 0, "kitty,feline", "kitten"},
        {"dog", "dogs", animal, 0.50F, 0.70F, 1.7F, 1, "canine", "puppy,hound,guide dog"},
        {"horse", "horses", animal, 1.70F, 2.20F, 1.3F, 2, "", "pony,foal,stallion,mare"},
        {"sheep", "sheep", animal, 0.85F, 1.20F, 1.3F, 1, "", "lamb,ram,ewe"},
        {"cow", "cows", animal, 1.45F, 2.20F, 1.3F, 2, "cattle", "bull,calf,ox"},
        {"elephant", "elephants", animal, 2.80F, 4.00F, 1.4F, 3, "", ""},
        {"bear", "bears", animal, 1.10F, 1.60F, 1.6F, 3, "", ""},
        {"zebra", "zebras", animal, 1.40F, 2.10F, 1.2F, 2, "", ""},
        {"giraffe", "giraffes", animal, 4.60F, 2.50F, 1.3F, 2, "", ""},
        {"backpack", "backpacks", accessory, 0.48F, 0.32F, 1.3F, 1, "rucksack,knapsack", ""},
        {"umbrella", "umbrellas", accessory, 0.85F, 1.00F, 1.4F, 1, "parasol", ""},
        {"handbag", "handbags", accessory, 0.30F, 0.32F, 1.5F, 0, "purse", ""},
        {"tie", "ties", accessory, 0.45F, 0.09F, 1.5F, 0, "necktie", ""},
        {"suitcase", "suitcases", accessory, 0.62F, 0.45F, 1.35F, 1, "luggage,baggage", ""},
        {"frisbee", "frisbees", sports, 0.10F, 0.27F, 1.3F, 0, "flying disc", ""},
        {"skis", "skis", sports, 0, 1.70F, 1.3F, 1, "ski", ""},
        {"snowboard", "snowboards", sports, 0, 1.50F, 1.3F, 1, "", ""},
        {"sports ball", "sports balls", sports, 0.20F, 0.20F, 1.7F, 1, "ball",
         "football,basketball,soccer ball,baseball,tennis ball,volleyball"},
        {"kite", "kites", sports, 0.80F, 1.00F, 1.8F, 0, "", ""},
        {"baseball bat", "baseball bats", sports, 0, 0.80F, 1.3F, 1, "bat", ""},
        {"baseball glove", "baseball gloves", sports, 0.27F, 0.27F, 1.3F, 0, "mitt", ""},
        {"skateboard", "skateboards", sports, 0.15F, 0.79F, 1.3F, 2, "", ""},
        {"surfboard", "surfboards", sports, 0, 2.00F, 1.4F, 1, "", ""},
        {"tennis racket", "tennis rackets", sports, 0, 0.68F, 1.3F, 0, "racket,racquet", ""},
        {"bottle", "bottles", kitchen, 0.25F, 0.07F, 1.35F, 0, "flask", "water bottle,wine bottle,beer bottle"},
        {"wine glass", "wine glasses", kitchen, 0.20F, 0.08F, 1.3F, 1, "wineglass,goblet", ""},
        {"cup", "cups", kitchen, 0.09F, 0.10F, 1.4F, 0, "mug", "teacup,coffee cup"},
        {"fork", "forks", kitchen, 0, 0.19F, 1.3F, 1, "", ""},
        {"knife", "knives", kitchen, 0, 0.23F, 1.4F, 2, "blade", ""},
        {"spoon", "spoons", kitchen, 0, 0.17F, 1.4F, 0, "", "teaspoon,tablespoon"},
        {"bowl", "bowls", kitchen, 0.08F, 0.17F, 1.6F, 0, "dish", ""},
        {"banana", "bananas", food, 0, 0.18F, 1.4F, 0, "", ""},
        {"apple", "apples", food, 0.08F, 0.08F, 1.25F, 0, "", ""},
        {"sandwich", "sandwiches", food, 0.08F, 0.15F, 1.5F, 0, "", "burger,hamburger"},
        {"orange", "oranges", food, 0.08F, 0.08F, 1.25F, 0, "", "tangerine,mandarin"},
        {"broccoli", "broccoli", food, 0.12F, 0.12F, 1.6F, 0, "", ""},
        {"carrot", "carrots", food, 0, 0.17F, 1.5F, 0, "", ""},
        {"hot dog", "hot dogs", food, 0, 0.17F, 1.4F, 0, "hotdog", "sausage"},
        {"pizza", "pizzas", food, 0, 0.32F, 1.4F, 0, "", ""},
        {"donut", "donuts", food, 0, 0.09F, 1.3F, 0, "doughnut", ""},
        {"cake", "cakes", food, 0.12F, 0.24F, 1.8F, 0, "cupcake", ""},
        {"chair", "chairs", furniture, 0.90F, 0.50F, 1.25F, 1, "seat", "armchair,stool"},
        {"couch", "couches", furniture, 0.85F, 1.90F, 1.35F, 1, "sofa,settee,loveseat", ""},
        {"potted plant", "potted plants", furniture, 0.60F, 0.45F, 2.0F, 1, "plant,houseplant,flowerpot", ""},
        {"bed", "beds", furniture, 0.70F, 1.70F, 1.4F, 1, "mattress", ""},
        {"dining table", "dining tables", furniture, 0.75F, 1.50F, 1.5F, 1, "table,desk,tabletop",
         "coffee table,kitchen table"},
        {"toilet", "toilets", furniture, 0.75F, 0.40F, 1.25F, 1, "loo,lavatory", ""},
        {"tv", "tvs", electronic, 0.60F, 1.00F, 1.5F, 0, "television,telly,tv set,monitor,screen,display", ""},
        {"laptop", "laptops", electronic, 0.24F, 0.34F, 1.25F, 0, "notebook computer,computer", "macbook"},
        {"mouse", "mice", electronic, 0, 0.11F, 1.3F, 0, "computer mouse", ""},
        {"remote", "remotes", electronic, 0, 0.18F, 1.3F, 0, "remote control", ""},
        {"keyboard", "keyboards", electronic, 0, 0.43F, 1.25F, 0, "", ""},
        {"cell phone", "cell phones", electronic, 0.15F, 0.075F, 1.25F, 0,
         "phone,smartphone,mobile,cellphone,mobile phone", "iphone"},
        {"microwave", "microwaves", appliance, 0.30F, 0.50F, 1.2F, 1, "microwave oven", ""},
        {"oven", "ovens", appliance, 0.85F, 0.60F, 1.3F, 2, "stove,cooker,range", ""},
        {"toaster", "toasters", appliance, 0.20F, 0.30F, 1.3F, 2, "", ""},
        {"sink", "sinks", appliance, 0.20F, 0.55F, 1.4F, 0, "basin,washbasin", ""},
        {"refrigerator", "refrigerators", appliance, 1.70F, 0.70F, 1.25F, 1, "fridge,freezer", ""},
        {"book", "books", indoor, 0.23F, 0.16F, 1.4F, 0, "", "novel,magazine"},
        {"clock", "clocks", indoor, 0.30F, 0.30F, 1.8F, 0, "", ""},
        {"vase", "vases", indoor, 0.28F, 0.15F, 1.6F, 1, "", ""},
        {"scissors", "scissors", indoor, 0, 0.18F, 1.3F, 2, "shears", ""},
        {"teddy bear", "teddy bears", indoor, 0.35F, 0.28F, 1.6F, 0, "teddy,stuffed animal,plush,stuffed bear", ""},
        {"hair drier", "hair driers", indoor, 0.22F, 0.22F, 1.3F, 0, "hair dryer,hairdryer,blow dryer", ""},
        {"toothbrush", "toothbrushes", indoor, 0, 0.18F, 1.25F, 0, "", ""},
    };
    return classes;
}

std::vector<std::string> coco_labels() {
    std::vector<std::string> names;
    for (auto const& object : coco_classes()) {
        names.emplace_back(object.name);
    }
    return names;
}

ObjectClass const* find_class(std::string_view label) {
    static auto const index = [] {
        std::unordered_map<std::string_view, ObjectClass const*> by_name;
        for (auto const& object : coco_classes()) {
            by_name[object.name] = &object;
        }
        return by_name;
    }();
    auto found = index.find(label);
    return found == index.end() ? nullptr : found->second;
}

std::string_view kind_noun(Kind kind) {
    switch (kind) {
    case Kind::person:
        return "person";
    case Kind::vehicle:
        return "vehicle";
    case Kind::animal:
        return "animal";
    case Kind::food:
        return "piece of food";
    case Kind::furniture:
        return "piece of furniture";
    case Kind::electronic:
    case Kind::appliance:
        return "device";
    case Kind::outdoor:
    case Kind::accessory:
    case Kind::sports:
    case Kind::kitchen:
    case Kind::indoor:
        break;
    }
    return "object";
}

bool is_told_as_kind(ObjectClass const& object) {
    return object.kind == Kind::animal || object.kind == Kind::vehicle;
}

std::string plural_of(std::string const& label) {
    auto const* object = find_class(label);
    return object ? std::string(object->plural) : plural_word(label);
}

std::string with_article(std::string_view label) {
    auto const* object = find_class(label);
    bool plural = object && (label == "skis" || label == "scissors" || label == "broccoli");
    return std::string(plural ? "some" : article(label)) + " " + std::string(label);
}

} // namespace echollama
