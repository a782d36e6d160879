#include "dataset/toy_phrases.h"

#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>
#include <span>

namespace echollama::dataset {
namespace {

std::string filled(std::string form, char const* mark, std::string const& with) {
    for (auto at = form.find(mark); at != std::string::npos; at = form.find(mark, at + with.size())) {
        form.replace(at, std::string_view(mark).size(), with);
    }
    return form;
}

bool has_comma(std::string const& text) {
    return text.find(',') != std::string::npos;
}

// " on the left, about 2 metres away"; ", the nearest on the left"
std::string tail_of(Fact const& fact) {
    std::string text;
    if (!fact.place.empty()) {
        text = (fact.nearest ? ", the nearest " : has_comma(fact.name) ? ", " : " ") + fact.place;
    }
    if (!fact.distance.empty()) {
        text += (text.empty() && fact.nearest ? ", the nearest " : ", ") + fact.distance;
    }
    return text;
}

char const* verb_of(Fact const& fact) {
    return fact.is_plural() ? "are" : "is";
}

// One thing as a sentence of its own, without capital and full stop.
std::string clause(Fact const& fact, int form) {
    auto const tail = tail_of(fact);
    auto const is = std::string(" ") + verb_of(fact) + " ";
    switch (form) {
    case 0:
        return "there" + is + fact.name + tail;
    case 1:
        return "you can see " + fact.name + tail;
    case 2:
        return "I see " + fact.name + tail;
    case 3:
        if (!fact.nearest && !fact.place.empty()) {
            return fact.name + (has_comma(fact.name) ? "," : "") + is + fact.place +
                   (fact.distance.empty() ? "" : ", " + fact.distance);
        }
        return "there" + is + fact.name + tail;
    default:
        if (!fact.nearest && !fact.place.empty()) {
            return fact.place + is + fact.name + (fact.distance.empty() ? "" : ", " + fact.distance);
        }
        return "there" + is + fact.name + tail;
    }
}

std::string sentence(std::string const& text) {
    return capitalised(text) + ".";
}

// Two things in one sentence: "There is a cup on the left, and a chair on the right."
std::string pair_sentence(Fact const& first, Fact const& second, int form) {
    static constexpr char const* links[] = {", and ", " and ", "; ", ", with "};
    auto const link = links[form % 4];
    bool const lists = form % 4 != 2 && form % 5 <= 2; // after "there is" a second thing may follow without a verb
    auto rest = lists ? second.name + tail_of(second) : clause(second, 3 + form % 2);
    return sentence(clause(first, form % 5) + (lists || form % 4 == 2 ? link : ", and ") + rest);
}

std::string nothing_text(int form) {
    static constexpr char const* forms[] = {"I cannot make out any object in this picture.",
                                            "There is nothing that I can name in this picture.",
                                            "I do not see anything that I can name."};
    return forms[form % 3];
}

Fact const* find_fact(Facts const& facts, std::string const& label) {
    auto const found =
        std::find_if(facts.things.begin(), facts.things.end(), [&](auto const& f) { return f.label == label; });
    return found == facts.things.end() ? nullptr : &*found;
}

// The last form of each list is kept for measuring.
char const* asked_form(std::span<char const* const> forms, bool held_out, Draws& draw) {
    auto const some = static_cast<int>(forms.size()) - 1;
    auto const chosen = draw.below(some);
    return held_out ? forms.back() : forms[static_cast<std::size_t>(chosen)];
}

constexpr char const* where_forms[] = {"Where is the %?",
                                       "Where's the %?",
                                       "Can you tell me where the % is?",
                                       "Where can I find the %?",
                                       "In which direction is the %?",
                                       "On which side is the %?",
                                       "I am looking for the %. Where is it?",
                                       "Please tell me where to find the %.",
                                       "Which side is the % on?",
                                       "Which way is the %?",
                                       "Where do I find the %?"};
constexpr char const* plural_where_forms[] = {
    "Where are the %?",         "Can you tell me where the % are?",        "In which direction are the %?",
    "On which side are the %?", "I am looking for the %. Where are they?", "Where can I find the %?",
    "Where do I find the %?"};
constexpr char const* presence_forms[] = {"Is there % here?",      "Do you see %?",
                                          "Can you see %?",        "Is % in the picture?",
                                          "Is there %?",           "Is there % anywhere?",
                                          "Can you find %?",       "Is % in view?",
                                          "Would you look for %?", "Have I got % in front of the camera?"};
constexpr char const* count_forms[] = {
    "How many % are there?",          "How many % do you see?",        "Count the %.",
    "How many % are in the picture?", "Tell me how many % there are.", "Can you count the %?",
    "What is the number of %?",       "What number of % can you see?"};
constexpr char const* distance_forms[] = {"How far is the %?",
                                          "How far away is the %?",
                                          "What is the distance to the %?",
                                          "How close is the %?",
                                          "Is the % far away?",
                                          "Tell me how far it is to the %.",
                                          "How near is the %?",
                                          "How far do I have to go to the %?"};
constexpr char const* side_forms[] = {"What is %?",         "What do you see %?",    "Is anything %?",
                                      "What can I find %?", "Is there something %?", "Which things are %?",
                                      "What have I got %?", "Name what is %.",       "Tell me what is %."};
constexpr char const* yes_no_forms[] = {"Is the % @?",
                                        "Is it true that the % is @?",
                                        "Would you say that the % is @?",
                                        "I think the % is @. Am I right?",
                                        "Can you confirm that the % is @?",
                                        "The % is @, isn't it?",
                                        "The % is @, right?"};
constexpr char const* side_words[] = {"on the left", "straight ahead", "on the right"};

struct Unknown {
    char const *about, *form, *invented;
};

// % stands for the thing. What is asked of a thing and no scene holds; the lists behind are kept for measuring.
constexpr Unknown attributes[] = {
    {"colour", "What colour is the %?", "The % is red."},
    {"colour", "Which color does the % have?", "The % is blue and white."},
    {"colour", "Is the % black?", "Yes, the % is black."},
    {"material", "What is the % made of?", "The % is made of wood."},
    {"material", "Is the % made of metal?", "Yes, the % is made of metal."},
    {"brand", "What brand is the %?", "The % is made by a well-known brand."},
    {"size", "How big is the %?", "The % is very large."},
    {"state", "Is the % open?", "Yes, the % is open."},
    {"state", "Is the % clean?", "Yes, the % is clean."},
    {"state", "Is the % broken?", "No, the % is not broken."},
    {"state", "Is the % moving?", "Yes, the % is moving towards you."},
    {"age", "How old is the %?", "The % is about ten years old."},
    {"owner", "Whose % is this?", "The % belongs to the owner of the house."},
    {"price", "How much does the % cost?", "The % costs about 20 dollars."},
    {"weight", "Is the % heavy?", "Yes, the % is quite heavy."},
    {"look", "What does the % look like?", "The % is old and beautiful."},
    {"look", "What is special about the %?", "The % is the most important thing in the picture."},
    {"use", "Can I use the %?", "Yes, you can use the %."},
};
constexpr Unknown held_out_attributes[] = {
    {"colour", "Tell me the colour of the %.", "The % is green."},
    {"state", "Is the % in good condition?", "Yes, the % is in good condition."},
    {"pattern", "Does the % have stripes?", "Yes, the % has white stripes."},
    {"temperature", "Is the % hot?", "No, the % is cold."},
    {"name", "Does the % have a name?", "Yes, the % is called Max."},
};
constexpr Unknown beyonds[] = {
    {"", "Is it raining?", "Yes, it is raining."},
    {"", "What time is it?", "It is about three in the afternoon."},
    {"", "Is it safe to walk on?", "Yes, it is safe to walk on."},
    {"", "Which room is this?", "This is a kitchen."},
    {"", "Where am I?", "You are in a living room."},
    {"", "What is behind me?", "There is a door behind you."},
    {"", "What is the weather like?", "The weather is sunny and warm."},
    {"", "Is it day or night?", "It is day."},
    {"", "Who lives here?", "A family lives here."},
    {"", "What is written on the sign?", "The sign says stop."},
    {"", "Is the door open?", "Yes, the door is open."},
    {"", "Is there a step in front of me?", "No, there is no step in front of you."},
    {"", "What happened here?", "There was a party in this room."},
    {"", "Can I cross the street now?", "Yes, you can cross the street."},
    {"", "Does it smell good?", "It smells of fresh coffee."},
    {"", "What is the name of this place?", "This place is called the Garden House."},
    {"", "Is somebody sad?", "Yes, somebody looks sad."},
    {"", "What should I wear today?", "You should wear a warm coat."},
    {"", "Is the light on?", "Yes, the light is on."},
    {"", "Why is this here?", "It is here because somebody forgot it."},
};
constexpr Unknown held_out_beyonds[] = {
    {"", "Is it cold outside?", "Yes, it is cold outside."},
    {"", "What day is it?", "It is Monday."},
    {"", "Is this my home?", "Yes, this is your home."},
    {"", "Which city is this?", "This is Paris."},
    {"", "Is the floor wet?", "No, the floor is dry."},
    {"", "What is around the corner?", "There is a shop around the corner."},
    {"", "Is the window closed?", "Yes, the window is closed."},
    {"", "Could I get hurt here?", "No, you are quite safe here."},
};

void ask_unknown(ToyQuestion& question, Unknown const& unknown) {
    question.about = unknown.about;
    question.text = filled(unknown.form, "%", question.label);
    question.invented = filled(unknown.invented, "%", question.label);
}

std::string absent_label(Facts const& facts, Draws& draw) {
    for (;;) {
        auto const label = std::string(draw.any_of(coco_classes()).name);
        if (!find_fact(facts, label)) {
            return label;
        }
    }
}

Ask draw_ask(Facts const& facts, Draws& draw) {
    static constexpr Ask known[] = {Ask::where, Ask::presence, Ask::count, Ask::distance, Ask::side, Ask::yes_or_no};
    // Too many questions that nobody can answer teach a small model to answer none.
    constexpr float of_absence = 0.12F, of_beyond = 0.08F, of_attributes = 0.12F;
    float const share = draw.between(0, 1);
    auto const ask = draw.any_of(known);
    if (share < of_absence + of_beyond || facts.things.empty()) {
        return draw.chance(of_absence / (of_absence + of_beyond)) ? Ask::absence : Ask::beyond;
    }
    return share < of_absence + of_beyond + of_attributes ? Ask::attribute : ask;
}

// --- answers ---

std::string not_seen(std::string const& label, int form) {
    auto const thing = with_article(label);
    bool const plural = thing.starts_with("some ");
    auto const any = "any " + label;
    switch (form % 3) {
    case 0:
        return "I do not see " + any + " in this picture.";
    case 1:
        return "I do not see " + (plural ? any : thing) + " here.";
    default:
        return "I cannot see " + any + " in this picture.";
    }
}

std::string where_answer(Fact const& fact, int form) {
    bool const single = !fact.is_plural() && fact.sure && !fact.place.empty();
    if (single && form % 3 == 0) {
        return "The " + fact.label + " is " + fact.place + (fact.distance.empty() ? "" : ", " + fact.distance) + ".";
    }
    if (single && form % 3 == 1) {
        return "It is " + fact.place + (fact.distance.empty() ? "" : ", " + fact.distance) + ".";
    }
    return sentence(clause(fact, form % 2 == 0 ? 0 : 2));
}

std::string presence_answer(Fact const& fact, int form) {
    auto const text = clause(fact, form % 2 == 0 ? 0 : 2);
    return fact.sure ? "Yes, " + text + "." : sentence(text);
}

std::string distance_answer(Fact const& fact, int form) {
    auto const the = std::string(fact.nearest ? "The nearest " : "The ") + fact.label;
    bool const plural = !fact.nearest && fact.is_plural();
    if (fact.distance.empty()) {
        auto const unknown = form % 2 == 0
                                 ? "I cannot tell how far away " + std::string(plural ? "they are." : "it is.")
                                 : "I cannot tell the distance.";
        return unknown + (fact.place.empty() ? "" : " " + the + (plural ? " are " : " is ") + fact.place + ".");
    }
    return fact.sure ? the + (plural ? " are " : " is ") + fact.distance + "." : sentence(clause(fact, 0));
}

std::string side_answer(Facts const& facts, int side, int form) {
    std::string text;
    std::size_t told = 0;
    for (auto const& fact : facts.things) {
        if (fact.side == side && !fact.place.empty() && told < 2) {
            text += (text.empty() ? "" : " ") + sentence(clause(fact, form % 3));
            ++told;
        }
    }
    return text.empty() ? std::string("I do not see anything ") + side_words[side + 1] + "." : text;
}

std::string yes_no_answer(Fact const& fact, int side) {
    if (fact.is_plural() || !fact.sure || fact.place.empty()) {
        return sentence(clause(fact, 0));
    }
    return (fact.side == side ? "Yes, the " : "No, the ") + fact.label + " is " + fact.place + ".";
}

std::string unknown_answer(Facts const& facts, ToyQuestion const& question, int form) {
    static constexpr char const* forms[] = {"I cannot tell that from this picture.", "I cannot tell that.",
                                            "I do not know that.", "That I cannot tell."};
    auto const* fact = question.label.empty() ? nullptr : find_fact(facts, question.label);
    std::string text = forms[form % 4];
    bool const named = question.about == "colour" || question.about == "material" || question.about == "brand" ||
                       question.about == "age" || question.about == "price";
    if (fact && named && form % 2 == 0) {
        text = "I cannot tell the " + question.about + " of the " + question.label + ".";
    }
    bool const adds = fact && form % 3 != 2 && !fact->place.empty();
    return adds ? text + " " + where_answer(*fact, fact->sure ? 0 : 2) : text;
}

} // namespace

std::string describe_facts(Facts const& facts, Draws& draw) {
    int const form = draw.below(20), second_form = draw.below(20);
    bool const paired = draw.chance(0.6F), relates = draw.chance(0.5F);
    auto const& things = facts.things;
    auto const count = std::min(things.size(), most_described);
    if (count == 0) {
        return nothing_text(form);
    }
    std::string text;
    if (count == 1 || !paired) {
        text = sentence(clause(things[0], form % 5));
    } else {
        text = pair_sentence(things[0], things[1], form);
    }
    auto const next = count == 1 || !paired ? std::size_t{1} : std::size_t{2};
    if (next + 1 < count && count < most_described) {
        text += " " + pair_sentence(things[next], things[next + 1], second_form);
    } else if (next < count) {
        text += " " + sentence(clause(things[next], second_form % 5));
    }
    if (relates && !facts.relations.empty() && count <= 3) {
        text += " " + facts.relations.front();
    }
    return text;
}

ToyQuestion make_question(Facts const& facts, bool held_out, Draws& draw) {
    ToyQuestion question;
    question.ask = draw_ask(facts, draw);
    auto const asked = [&](auto const& forms, std::string const& thing) {
        question.text = filled(asked_form(forms, held_out, draw), "%", thing);
    };
    if (question.ask == Ask::beyond) {
        ask_unknown(question, held_out ? draw.any_of(held_out_beyonds) : draw.any_of(beyonds));
        return question;
    }
    question.label = question.ask == Ask::absence ? absent_label(facts, draw)
                     : question.ask == Ask::side  ? ""
                                                  : draw.any_of(facts.things).label;
    auto const* fact = find_fact(facts, question.label);
    switch (question.ask) {
    case Ask::where:
        fact->is_plural() ? asked(plural_where_forms, plural_of(fact->label)) : asked(where_forms, fact->label);
        break;
    case Ask::presence:
    case Ask::absence:
        asked(presence_forms, with_article(question.label));
        break;
    case Ask::count:
        asked(count_forms, plural_of(question.label));
        break;
    case Ask::distance:
        asked(distance_forms, question.label);
        break;
    case Ask::side:
    case Ask::yes_or_no:
        question.side = draw.below(3) - 1;
        if (question.ask == Ask::side) {
            asked(side_forms, side_words[question.side + 1]);
        } else {
            asked(yes_no_forms, question.label);
            question.text = filled(question.text, "@", side_words[question.side + 1]);
        }
        break;
    default:
        ask_unknown(question, held_out ? draw.any_of(held_out_attributes) : draw.any_of(attributes));
    }
    return question;
}

std::string answer_from(Facts const& facts, ToyQuestion const& question, Draws& draw) {
    int const form = draw.below(12);
    if (question.unknown()) {
        return unknown_answer(facts, question, form);
    }
    if (question.ask == Ask::side) {
        return side_answer(facts, question.side, form);
    }
    auto const* fact = find_fact(facts, question.label);
    if (!fact) {
        return not_seen(question.label, form);
    }
    switch (question.ask) {
    case Ask::count:
        return sentence(clause(*fact, form % 2 == 0 ? 0 : 2));
    case Ask::distance:
        return distance_answer(*fact, form);
    case Ask::yes_or_no:
        return yes_no_answer(*fact, question.side);
    case Ask::where:
        return where_answer(*fact, form);
    default:
        return presence_answer(*fact, form);
    }
}

} // namespace echollama::dataset
