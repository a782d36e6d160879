#include "questions/question_words.h"

#include "questions/question.h"
#include "questions/question_grammar.h"
#include "questions/spelling.h"
#include "scene/english.h"

#include <algorithm>
#include <initializer_list>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace echollama {
namespace {

bool is_article(std::string_view word) {
    static constexpr std::string_view articles[] = {"the", "a",   "an",  "my",    "your", "our",
                                                    "his", "her", "its", "their", "some", "any"};
    return is_one_of(word, articles) && word != "any";
}

bool is_number(std::string_view word) {
    return number_of(word) >= 0 && word != "no" && word != "a" && word != "an";
}

// "3.5"
bool is_decimal(std::string_view word) {
    return word.find('.') != std::string_view::npos &&
           std::all_of(word.begin(), word.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

std::string with_plain_apostrophes(std::string text) {
    for (auto at = text.find("\u2019"); at != std::string::npos; at = text.find("\u2019", at)) {
        text.replace(at, std::string_view("\u2019").size(), "'");
    }
    return text;
}

// "…, right?" asks for nothing.
bool ends_in_a_tag(std::string_view text, std::vector<Word> const& words) {
    if (words.size() < 3 || words.back().text != "right") {
        return false;
    }
    auto const gap = text.substr(words[words.size() - 2].end, words.back().begin - words[words.size() - 2].end);
    return gap.find(',') != std::string_view::npos;
}

// Words as the grammar has them, articles included.
std::vector<std::string> plain_words(std::string const& question) {
    auto const text = with_plain_apostrophes(question);
    auto words = split_words(text);
    if (ends_in_a_tag(text, words)) {
        words.pop_back();
    }
    if (words.size() > most_question_words) {
        words.resize(most_question_words);
    }
    auto const& short_forms = question_grammar().short_forms;
    std::vector<std::string> plain;
    for (auto const& word : words) {
        auto const form = short_forms.find(word.text);
        if (form != short_forms.end()) {
            for (auto part : parts_of(form->second, ' ')) {
                plain.emplace_back(part);
            }
        } else {
            plain.push_back(word.text);
        }
    }
    return plain;
}

bool is_known_word(std::string const& word) {
    return question_grammar().words.contains(word) || thing_words().contains(word) || is_article(word) ||
           is_number(word) || is_negation(word) || word == "o'clock";
}

// "lap top" → "laptop", "o clock" → "o'clock"
void join_parted_words(std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        auto const joined = words[i] + words[i + 1];
        bool const clock = words[i] == "o" && words[i + 1] == "clock";
        bool const parted = thing_words().contains(joined) && !(is_known_word(words[i]) && is_known_word(words[i + 1]));
        if (clock || parted) {
            words[i] = clock ? "o'clock" : joined;
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    }
}

// Words that ask, worth mending; other words are mended only to the names of things that a scene can hold.
constexpr std::string_view asking_words =
    "where,what,there,many,much,nearest,closest,left,right,front,behind,picture,distance,metres,meters,feet,between,"
    "under,people,anyone,anything,something,farthest,furthest,steps,ahead,describe,blurry,blurred,colour,color,which";

void mend_spelling(std::vector<std::string>& words) {
    static auto const known = [] {
        std::vector<std::string> all;
        for (auto word : parts_of(asking_words, ',')) {
            all.emplace_back(word);
        }
        for (auto const& [word, known_class] : thing_words()) {
            if (known_class) {
                all.push_back(word);
            }
        }
        return all;
    }();
    for (auto& word : words) {
        if (!is_known_word(word)) {
            word = nearest_word(word, known).value_or(word);
        }
    }
}

// The words of one question being marked.
class Marker {
  public:
    explicit Marker(std::string const& question) {
        auto words = plain_words(question);
        join_parted_words(words);
        mend_spelling(words);
        find_things(words);
        use_canonical_words(words);
        mark_owners(words);
        for (std::size_t i = 0; i < words.size(); ++i) {
            bool const name = i + 1 < words.size() && words[i] == "your" && words[i + 1] == "name";
            if (!is_article(words[i]) || thing_at_.contains(i) || name) {
                kept_.push_back(i);
                words_.push_back(words[i]);
            }
        }
    }

    std::vector<MarkedWords> run() {
        for (std::size_t i = 0; i < words_.size();) {
            i += take(i);
        }
        return std::move(marks_);
    }

  private:
    void find_things(std::vector<std::string> const& words) {
        std::vector<Word> plain;
        for (auto const& word : words) {
            plain.push_back({word, 0, 0});
        }
        for (auto const& mention : find_mentions(plain)) {
            thing_at_[mention.first] = mention;
        }
    }

    // "Is that my cup": whose it is is asked; "where is my cup" only says which.
    static void mark_owners(std::vector<std::string>& words) {
        static constexpr std::string_view pointing[] = {"that", "this", "it", "these", "those", "they"};
        static constexpr std::string_view owners[] = {"my", "our", "his", "her", "their", "your"};
        for (std::size_t i = 2; i < words.size(); ++i) {
            if (words[i - 2] == "is" && is_one_of(words[i - 1], pointing) && is_one_of(words[i], owners)) {
                words[i] = "mine";
            }
        }
    }

    // Names of things stay as they are: a parking meter is no length.
    void use_canonical_words(std::vector<std::string>& words) const {
        auto const& canonical = question_grammar().canonical;
        for (std::size_t i = 0; i < words.size(); ++i) {
            auto const named = thing_at_.find(i);
            if (named != thing_at_.end()) {
                i += named->second.count - 1;
            } else if (auto found = canonical.find(words[i]); found != canonical.end()) {
                words[i] = found->second;
            }
        }
    }

    std::string joined(std::size_t first, std::size_t count) const {
        std::string text = words_[first];
        for (std::size_t i = 1; i < count; ++i) {
            text += " " + words_[first + i];
        }
        return text;
    }

    Mention const* thing(std::size_t i) const {
        auto found = i < kept_.size() ? thing_at_.find(kept_[i]) : thing_at_.end();
        return found == thing_at_.end() ? nullptr : &found->second;
    }

    std::size_t put(Mark mark, int value, std::size_t first, std::size_t count) {
        marks_.push_back({mark, value, joined(first, count), {}});
        return count;
    }

    std::size_t put_thing(std::size_t i) {
        auto const& mention = *thing(i);
        marks_.push_back({Mark::thing, 0, mention.words, mention});
        return mention.count;
    }

    // Marks what begins at the word; how many words that was.
    std::size_t take(std::size_t i) {
        auto const& phrases = question_grammar().phrases;
        auto const* mention = thing(i);
        if (is_number(words_[i]) && i + 1 < words_.size() && words_[i + 1] == "o'clock") {
            marks_.push_back({Mark::clock, number_of(words_[i]), joined(i, 2), {}});
            return 2;
        }
        for (auto count = std::min(question_grammar().longest, words_.size() - i); count >= 1; --count) {
            if (mention && mention->count >= count && is_thing_here(i, *mention)) {
                return put_thing(i);
            }
            auto found = phrases.find(joined(i, count));
            if (found != phrases.end() && !is_number_here(i, count)) {
                return put(found->second.mark, found->second.value, i, count);
            }
        }
        if (is_number(words_[i])) {
            return put(Mark::number, number_of(words_[i]), i, 1);
        }
        if (is_decimal(words_[i]) && is_unit(i + 1)) { // "within 3.5 metres": nothing but lengths is counted so
            return put(Mark::number, 0, i, 1);
        }
        return put(is_negation(words_[i]) ? Mark::negation : Mark::unknown, 0, i, 1);
    }

    bool is_unit(std::size_t i) const {
        auto const found = question_grammar().phrases.find(i < words_.size() ? words_[i] : "");
        return found != question_grammar().phrases.end() && found->second.mark == Mark::unit;
    }

    // "one cup" and "one metre" count, "that one" does not.
    bool is_number_here(std::size_t i, std::size_t count) const {
        return count == 1 && words_[i] == "one" && i + 1 < words_.size() && (thing(i + 1) || is_unit(i + 1));
    }

    // What makes another thing of the next one: "orange cup", "glass table"; what something is made of.
    bool is_thing_here(std::size_t i, Mention const& mention) const {
        auto const next = i + mention.count;
        bool const before_thing = next < words_.size() && thing(next);
        bool const adjective = mention.words == "orange" || mention.words == "glass" || mention.words == "wood" ||
                               mention.words == "metal" || mention.words == "paper" || mention.words == "stone";
        bool const of = i > 0 && words_[i - 1] == "of" && i > 1 && words_[i - 2] == "made";
        return !(adjective && (before_thing || of));
    }

    std::vector<std::string> words_;                    // without articles
    std::vector<std::size_t> kept_;                     // where they stood
    std::unordered_map<std::size_t, Mention> thing_at_; // by where they stood
    std::vector<MarkedWords> marks_;
};

} // namespace

std::vector<MarkedWords> mark_words(std::string const& question) {
    return Marker(question).run();
}

} // namespace echollama
