#include "scene/grounding.h"

#include "scene/coco.h"
#include "scene/mentions.h"
#include "scene/wording.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

using Indices = std::vector<std::size_t>;

// A clause: words between separators, so that "a cup on the left, a chair on the right" gives two.
struct Clause {
    std::size_t first = 0, last = 0; // word indices, last exclusive
};

class Checker {
  public:
    Checker(std::string const& text, Scene const& scene)
        : text_(text), scene_(scene), words_(split_words(text)), mentions_(find_mentions(words_)) {}

    std::vector<Claim> run() {
        for (auto const& clause : clauses()) {
            check_clause(clause);
        }
        return std::move(claims_);
    }

  private:
    std::vector<Clause> clauses() const {
        std::vector<Clause> result;
        std::size_t first = 0;
        for (std::size_t i = 1; i < words_.size(); ++i) {
            auto gap = std::string_view(text_).substr(words_[i - 1].end, words_[i].begin - words_[i - 1].end);
            bool separated = gap.find_first_of(".;!?:\n") != std::string_view::npos;
            bool conjunction = (words_[i].text == "and" || words_[i].text == "while" || words_[i].text == "but" ||
                                gap.find(',') != std::string_view::npos) &&
                               mention_between(first, i) && mention_follows(i);
            if (separated || conjunction) {
                result.push_back({first, i});
                first = i;
            }
        }
        if (first < words_.size()) {
            result.push_back({first, words_.size()});
        }
        return result;
    }

    bool mention_between(std::size_t first, std::size_t last) const {
        return std::any_of(mentions_.begin(), mentions_.end(),
                           [&](auto const& m) { return m.first >= first && m.first < last; });
    }

    // A new thing is named soon after word i, before another place word: "…, and a chair on the right".
    bool mention_follows(std::size_t i) const { return mention_between(i, std::min(i + 5, words_.size())); }

    void add(Claim::Subject subject, std::string words, Verdict verdict) {
        claims_.push_back({subject, std::move(words), verdict});
    }

    Indices objects_of(Mention const& mention) const {
        Indices found;
        for (std::size_t i = 0; i < scene_.objects.size(); ++i) {
            auto const& detection = scene_.objects[i].detection;
            if (names_class(mention, detection.label) || (detection.rival && names_class(mention, *detection.rival))) {
                found.push_back(i);
            }
        }
        return found;
    }

    // "no dog", "not a dog", "without a dog", "isn't any dog"
    bool is_negated(Clause const& clause, Mention const& mention) const {
        auto begin = std::max(clause.first, mention.first >= 4 ? mention.first - 4 : 0);
        for (auto i = begin; i < mention.first; ++i) {
            auto const& word = words_[i].text;
            if (word == "no" || word == "not" || word == "without" || word.ends_with("n't") || word == "never" ||
                word == "neither") {
                return true;
            }
        }
        return false;
    }

    void check_object(Clause const& clause, Mention const& mention, Indices const& found) {
        if (is_negated(clause, mention)) {
            bool known_class = !mention.label.empty() || !mention.exact;
            add(Claim::Subject::object, "no " + mention.words,
                !found.empty() ? Verdict::contradicted
                : known_class  ? Verdict::supported
                               : Verdict::unknown);
        } else if (!found.empty()) {
            add(Claim::Subject::object, mention.words, Verdict::supported);
        } else {
            add(Claim::Subject::object, mention.words,
                mention.label.empty() && mention.exact ? Verdict::unknown : Verdict::contradicted);
        }
    }

    // The number said before the thing, with up to two words between: "three wooden chairs"
    void check_count(Clause const& clause, Mention const& mention, Indices const& found) {
        if (found.empty()) {
            return;
        }
        auto begin = std::max(clause.first, mention.first >= 3 ? mention.first - 3 : 0);
        for (auto i = mention.first; i-- > begin;) {
            int number = number_of(words_[i].text);
            bool is_article = words_[i].text == "a" || words_[i].text == "an";
            bool other_thing = std::any_of(mentions_.begin(), mentions_.end(),
                                           [&](auto const& m) { return m.first <= i && i < m.first + m.count; });
            if (other_thing || words_[i].text == "of" || words_[i].text == "at") {
                return;
            }
            if (number > 0 && !is_article) {
                add(Claim::Subject::count, words_[i].text + " " + mention.words,
                    static_cast<std::size_t>(number) == found.size() ? Verdict::supported : Verdict::contradicted);
                return;
            }
        }
        if (mention.plural && found.size() < 2) {
            add(Claim::Subject::count, mention.words, Verdict::contradicted);
        }
    }

    // Words of the clause that belong to the mention: from it to the next mention or the clause's end; the first
    // mention also owns what stands before it ("On the left is a cup").
    Clause region_of(Clause const& clause, std::size_t index, std::vector<std::size_t> const& inside) const {
        auto position = static_cast<std::size_t>(std::find(inside.begin(), inside.end(), index) - inside.begin());
        std::size_t first = position == 0 ? clause.first : mentions_[index].first;
        std::size_t last = position + 1 < inside.size() ? mentions_[inside[position + 1]].first : clause.last;
        return {first, last};
    }

    bool near_word(std::size_t i, std::string_view word) const { return i < words_.size() && words_[i].text == word; }

    // left and right as places seen by the viewer: -1, 1; 0 ahead; "left of X" is a relation and no place
    std::optional<int> place_at(std::size_t i) const {
        auto const& word = words_[i].text;
        bool relational = near_word(i + 1, "of");
        bool of_viewer = relational && i + 2 < words_.size() &&
                         (words_[i + 2].text == "you" || words_[i + 2].text == "me" || near_word(i + 3, "picture") ||
                          near_word(i + 3, "image") || near_word(i + 3, "scene") || near_word(i + 3, "room") ||
                          near_word(i + 3, "frame") || near_word(i + 3, "photo"));
        bool side_word = word == "left" || word == "right" || word == "leftmost" || word == "rightmost";
        if (side_word && (!relational || of_viewer)) {
            return word.starts_with("left") ? -1 : 1;
        }
        if (word == "ahead" || word == "straight") {
            return 0;
        }
        return std::nullopt;
    }

    void check_places(Clause const& region, Mention const& mention, Indices const& found) {
        std::optional<int> said;
        for (std::size_t i = region.first; i < region.last; ++i) {
            if (auto place = place_at(i)) {
                said = place;
                bool any = std::any_of(found.begin(), found.end(), [&](auto index) {
                    return side_of(scene_.objects[index].bearing_deg) == *place;
                });
                add(Claim::Subject::side, mention.words + " " + words_[i].text,
                    any ? Verdict::supported : Verdict::contradicted);
            }
        }
    }

    void check_clock(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first + 1; i < region.last; ++i) {
            if (words_[i].text != "o'clock") {
                continue;
            }
            int hour = number_of(words_[i - 1].text);
            bool any = std::any_of(found.begin(), found.end(),
                                   [&](auto index) { return scene_.objects[index].clock_hour == hour; });
            add(Claim::Subject::clock, mention.words + " at " + words_[i - 1].text + " o'clock",
                any ? Verdict::supported : Verdict::contradicted);
        }
    }

    // Metres of "3 metres", "50 cm", "6 feet", "two steps"; negative when words i, i+1 are no length
    double length_at(std::size_t i) const {
        auto const& unit = i + 1 < words_.size() ? words_[i + 1].text : words_[i].text;
        double factor = unit.starts_with("met") || unit == "m"             ? 1.0
                        : unit.starts_with("cent") || unit == "cm"         ? 0.01
                        : unit == "feet" || unit == "foot" || unit == "ft" ? 0.3048
                        : unit.starts_with("inch")                         ? 0.0254
                        : unit.starts_with("step")                         ? 0.7
                                                                           : 0.0;
        if (factor == 0.0) {
            return -1;
        }
        auto const& word = words_[i].text;
        char* end = nullptr;
        double value = std::strtod(word.c_str(), &end);
        if (end != word.c_str() + word.size()) {
            value = number_of(word);
        }
        return value < 0 ? -1 : value * factor;
    }

    void check_distance(Clause const& region, Mention const& mention, Indices const& found) {
        for (std::size_t i = region.first; i + 1 < region.last; ++i) {
            double metres = length_at(i);
            if (metres < 0) {
                continue;
            }
            Verdict verdict = Verdict::unknown;
            for (auto index : found) {
                auto const& distance = scene_.objects[index].distance;
                if (distance.source == DistanceSource::none) {
                    continue;
                }
                // Rounding in speech moves a distance by at most a quarter.
                bool inside = metres >= static_cast<double>(distance.metres) * 0.75 - 0.05 &&
                              metres <= static_cast<double>(distance.metres) * 1.25 + 0.05;
                verdict = inside ? Verdict::supported : verdict == Verdict::supported ? verdict : Verdict::contradicted;
            }
            add(Claim::Subject::distance, mention.words + " " + words_[i].text + " " + words_[i + 1].text, verdict);
        }
    }

    // "X to the left of Y", between two mentions of one clause
    void check_relation(Mention const& a, Mention const& b, Indices const& first, Indices const& second) {
        for (std::size_t i = a.first + a.count; i < b.first; ++i) {
            auto const& word = words_[i].text;
            if ((word != "left" && word != "right") || !near_word(i + 1, "of") || first.empty() || second.empty()) {
                continue;
            }
            bool any = false;
            for (auto x : first) {
                for (auto y : second) {
                    float difference = scene_.objects[x].x - scene_.objects[y].x;
                    any = any || (x != y && (word == "left" ? difference < 0 : difference > 0));
                }
            }
            add(Claim::Subject::relation, a.words + " " + word + " of " + b.words,
                any ? Verdict::supported : Verdict::contradicted);
        }
    }

    void check_clause(Clause const& clause) {
        std::vector<std::size_t> inside;
        for (std::size_t i = 0; i < mentions_.size(); ++i) {
            if (mentions_[i].first >= clause.first && mentions_[i].first < clause.last) {
                inside.push_back(i);
            }
        }
        for (std::size_t i = 0; i < inside.size(); ++i) {
            auto const& mention = mentions_[inside[i]];
            auto found = objects_of(mention);
            check_object(clause, mention, found);
            if (is_negated(clause, mention)) {
                continue;
            }
            check_count(clause, mention, found);
            if (!found.empty()) {
                auto region = region_of(clause, inside[i], inside);
                check_places(region, mention, found);
                check_clock(region, mention, found);
                check_distance(region, mention, found);
            }
            if (i + 1 < inside.size()) {
                auto const& next = mentions_[inside[i + 1]];
                check_relation(mention, next, found, objects_of(next));
            }
        }
    }

    std::string const& text_;
    Scene const& scene_;
    std::vector<Word> words_;
    std::vector<Mention> mentions_;
    std::vector<Claim> claims_;
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

} // namespace

std::vector<Claim> check_claims(std::string const& text, Scene const& scene) {
    return Checker(text, scene).run();
}

bool has_plumbing(std::string const& text) {
    static char const* const marks[] = {"matrix",       "grid-based",
                                        "bounding box", "r(",
                                        "probability",  "image description",
                                        "as an ai",     "language model",
                                        "prompt",       "detection",
                                        "detected",     "confidence",
                                        "coordinate",   "json",
                                        "system:",      "user:",
                                        "assistant",    "```",
                                        "**",           "##",
                                        "<|",           "|>",
                                        "pixel",        "based on the facts",
                                        "the facts",    "according to the",
                                        "the list",     "score",
                                        "instructions", "as you can see",
                                        "i'm sorry",    "i cannot",
                                        "i can't"};
    std::string plain = lower(text);
    return std::any_of(std::begin(marks), std::end(marks),
                       [&](char const* mark) { return plain.find(mark) != std::string::npos; });
}

bool is_speakable(std::string const& sentence, Scene const& scene, bool allow_empty) {
    if (has_plumbing(sentence)) {
        return false;
    }
    auto claims = check_claims(sentence, scene);
    if (claims.empty()) {
        return allow_empty;
    }
    return std::all_of(claims.begin(), claims.end(),
                       [](auto const& claim) { return claim.verdict == Verdict::supported; });
}

} // namespace echollama
