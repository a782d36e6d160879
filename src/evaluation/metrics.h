// How right a scene and its words are.
#pragma once

#include "evaluation/toyworld.h"
#include "scene/types.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// right of all; share is 1 when there was nothing to judge.
struct Tally {
    std::size_t right = 0, all = 0;

    double share() const { return all == 0 ? 1 : static_cast<double>(right) / static_cast<double>(all); }
    void count(bool is_right) {
        ++all;
        right += is_right;
    }
    void add(Tally const& other) {
        right += other.right;
        all += other.all;
    }
};

// Sums over many pictures; add() matches objects by label and box.
struct GeometryScore {
    std::vector<float> bearing_errors_deg; // against the middle of the solid, for things seen to at least 90 %
    Tally cells;                           // as the middle of the true box says
    Tally clock_hours;                     // as the middle of what is seen of the thing says
    Tally distances;                       // within 25 % of the true median depth; objects without distance are wrong
    Tally intervals;                       // true depth inside [low, high], of the objects with a distance
    Tally on;                              // things that rest on another and are said to
    Tally relations; // of those that are said: sides, on, and before and behind (depths less than 5 % apart and
                     // `beside` are not judged)
    std::size_t missed = 0, invented = 0; // objects without a partner

    void add(Scene const& scene, ToyPicture const& truth);
};

// Relations of a picture and of its mirror image: left and right must change places, all others must stay.
Tally mirrored_relations(Scene const& scene, Scene const& mirror);

// CHAIR (Rohrbach et al. 2018): objects named though they are not there.
struct ChairScore {
    Tally named;     // named objects that are there: CHAIR-i = 1 - share
    Tally sentences; // sentences without an invented object: CHAIR-s = 1 - share

    double chair_i() const { return 1 - named.share(); }
    double chair_s() const { return 1 - sentences.share(); }
    // Only COCO classes are judged; "no dog" names nothing.
    void add(std::string const& sentence, Scene const& scene);
};

// POPE (Li et al. 2023): "Is there a dog?", as many things that are there as things that are not.
enum class PopeSampling {
    random,      // absent classes at random
    popular,     // the most frequent classes of the given scenes
    adversarial, // the classes that most often stand beside what is there
};

struct PopeQuestion {
    std::size_t scene = 0; // index
    std::string label, text;
    bool present = false;
};

// Throws nothing; scenes without objects give no questions. Deterministic.
std::vector<PopeQuestion> pope_questions(std::vector<Scene> const& scenes, PopeSampling sampling, std::uint64_t seed);

struct PopeScore {
    std::size_t true_yes = 0, false_yes = 0, true_no = 0, false_no = 0, no_answer = 0;

    double accuracy() const;
    double f1() const;
    double yes_share() const;
};

// `answer` gives the text for a question about a scene; it is read as yes or no.
PopeScore pope_score(std::vector<PopeQuestion> const& questions,
                     std::function<std::string(PopeQuestion const&)> const& answer);

// "Yes. …" true, "No", "There is no …", "I do not see …" false; empty when it is neither.
std::optional<bool> yes_or_no(std::string const& answer);

} // namespace echollama
