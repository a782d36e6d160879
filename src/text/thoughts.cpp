#include "text/thoughts.h"

#include "base/ascii.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace echollama {
namespace {

struct KnownTags {
    std::string_view open, close;
};

// Those that the rule for names does not find.
constexpr KnownTags known_tags[] = {
    {"<|channel|>analysis", "<|channel|>final<|message|>"},
    {"<|channel|>commentary", "<|channel|>final<|message|>"},
    {"<|channel>thought", "<channel|>"},
    {"<|think|>", "<|content|>"},
    {"[THINK]", "[/THINK]"},
    {"\u25C1think\u25B7", "\u25C1/think\u25B7"},
    {"<unused94>thought", "<unused95>"},
    {"<reflection>", "</reflection>"},
    {"<analysis>", "</analysis>"},
    {"<scratchpad>", "</scratchpad>"},
};

constexpr std::size_t longest_name = 48; // bytes of a tag that is known by its name
constexpr std::string_view blanks = " \t\r\n";

bool names_thoughts(std::string_view tag) {
    auto const lower = lower_case(tag);
    return lower.find("think") != std::string::npos || lower.find("thought") != std::string::npos ||
           lower.find("reason") != std::string::npos;
}

bool in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
           c == '|' || c == '/' || c == '-';
}

// The tag "<…>" at `at`; empty: none is there, or it is not complete.
std::string_view angle_tag(std::string_view text, std::size_t at) {
    auto const near = text.substr(at, longest_name);
    auto end = std::size_t{1};
    while (end < near.size() && in_name(near[end])) {
        ++end;
    }
    return near.starts_with('<') && end < near.size() && near[end] == '>' ? near.substr(0, end + 1)
                                                                          : std::string_view{};
}

bool closes(std::string_view tag) {
    auto const lower = lower_case(tag);
    return tag.starts_with("</") || tag.starts_with("<|/") || lower.starts_with("<|end") || lower.starts_with("<end");
}

// "<think>" → "</think>", "<|START_THINKING|>" → "<|END_THINKING|>", "<|begin_of_thought|>" → "<|end_of_thought|>"
std::string closing_of(std::string_view open) {
    for (auto const& [begin, end] : {std::pair{"START", "END"}, {"start", "end"}, {"begin", "end"}, {"BEGIN", "END"}}) {
        if (auto const at = open.find(begin); at != std::string_view::npos) {
            return std::string(open.substr(0, at)) + end +
                   std::string(open.substr(at + std::string_view(begin).size()));
        }
    }
    auto const mark = open.starts_with("<|") ? 2U : 1U;
    return std::string(open.substr(0, mark)) + "/" + std::string(open.substr(mark));
}

// May more text make a tag of what stands at `at`?
bool may_become(std::string_view rest, std::string_view tag) {
    return rest.size() < tag.size() && tag.starts_with(rest);
}

std::string_view without_blanks(std::string_view text) {
    auto const first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_mark(char c) {
    return c == '<' || c == '[';
}

// What opens a thought at the end of `text` and does not begin every answer, as `plain` does: a tag, or else the words
// from `own` on, where the text is no longer that of an answer without thoughts. Empty: nothing does.
std::string opening_before(std::string_view text, std::size_t own, std::string_view plain) {
    auto const differs = [&](std::string_view tag) { return !tag.empty() && !plain.ends_with(tag); };
    for (auto begin = text.size(); begin-- > 0 && text.size() - begin <= longest_name;) {
        auto const tag = without_blanks(text.substr(begin));
        if (tag.find_first_of(blanks) != std::string_view::npos) {
            break;
        }
        bool const whole = own >= text.size() || begin <= own || is_mark(text[own]);
        if (is_mark(text[begin]) && whole && differs(tag)) {
            return std::string(tag);
        }
    }
    auto const space = own == 0 ? std::string_view::npos : text.find_last_of(blanks, own);
    auto const words = without_blanks(text.substr(space == std::string_view::npos ? own : space));
    constexpr std::size_t shortest = 8; // what is shorter could stand in an answer
    return words.size() >= shortest && words.size() <= longest_name && differs(words) ? std::string(words) : "";
}

} // namespace

ThoughtFilter::ThoughtFilter(std::vector<ThoughtTags> declared, Start start)
    : tags_(std::move(declared)), start_(start) {
    std::erase_if(tags_, [](ThoughtTags const& tags) { return tags.close.empty(); });
    for (auto const& [open, close] : known_tags) {
        tags_.push_back({std::string(open), std::string(close)});
    }
}

// The first tag in the text that is not yet decided; where two begin together, the longer one.
ThoughtFilter::Found ThoughtFilter::next_tag(bool closing_too) const {
    Found found;
    auto const consider = [&](std::size_t at, std::size_t size, std::string const& close) {
        if (at < found.at || (at == found.at && size > found.size)) {
            found = {at, size, close};
        }
    };
    for (auto const& tags : tags_) {
        if (auto const at = tags.open.empty() ? std::string::npos : text_.find(tags.open); at != std::string::npos) {
            consider(at, tags.open.size(), tags.close);
        }
        if (auto const at = closing_too ? text_.find(tags.close) : std::string::npos; at != std::string::npos) {
            consider(at, tags.close.size(), "");
        }
    }
    for (auto at = text_.find('<'); at < found.at; at = text_.find('<', at + 1)) {
        auto const tag = angle_tag(text_, at);
        if (names_thoughts(tag) && (closing_too || !closes(tag))) {
            consider(at, tag.size(), closes(tag) ? "" : closing_of(tag));
            break;
        }
    }
    return found;
}

// How much of the text cannot be the beginning of a tag.
std::size_t ThoughtFilter::certain() const {
    for (std::size_t at = text_.size() < longest_name ? 0 : text_.size() - longest_name; at < text_.size(); ++at) {
        std::string_view const rest = std::string_view(text_).substr(at);
        bool const name = rest[0] == '<' && std::all_of(rest.begin() + 1, rest.end(), in_name);
        bool const tag = std::any_of(tags_.begin(), tags_.end(), [&](ThoughtTags const& tags) {
            return may_become(rest, tags.open) || may_become(rest, tags.close);
        });
        if (name || tag) {
            return at;
        }
    }
    return text_.size();
}

std::string ThoughtFilter::push(std::string_view piece) {
    text_ += piece;
    std::string answer;
    for (;;) {
        if (after_thought_) { // the answer begins with a word
            text_.erase(0, std::min(text_.find_first_not_of(blanks), text_.size()));
            after_thought_ = text_.empty();
        }
        if (!close_.empty()) {
            auto const at = text_.find(close_);
            if (at == std::string::npos) {
                text_.erase(0, text_.size() - std::min(text_.size(), close_.size() - 1));
                return answer;
            }
            text_.erase(0, at + close_.size());
            close_.clear();
            after_thought_ = true;
            continue;
        }
        auto const found = next_tag(true);
        if (found.at == std::string::npos) {
            auto const size = start_ == Start::unknown ? 0 : certain();
            answer += start_ == Start::answer ? text_.substr(0, size) : "";
            text_.erase(0, size);
            return answer;
        }
        auto const before = text_.substr(0, found.at);
        text_.erase(0, found.at + found.size);
        if (found.close.empty()) { // closed, and what came before were thoughts
            closed_unopened_ = closed_unopened_ || start_ != Start::answer || !without_blanks(answer + before).empty();
            answer.clear();
            after_thought_ = true;
        } else {
            answer += start_ == Start::thought ? "" : before;
            close_ = found.close;
        }
        start_ = Start::answer;
    }
}

std::string ThoughtFilter::finish() {
    bool const thought = !close_.empty() || start_ == Start::thought;
    close_.clear();
    start_ = Start::answer;
    after_thought_ = false;
    auto rest = std::exchange(text_, {});
    return thought ? "" : rest;
}

bool ThoughtFilter::knows(std::string_view token) const {
    return names_thoughts(token) || std::any_of(tags_.begin(), tags_.end(), [&](ThoughtTags const& tags) {
               return tags.open.find(token) != std::string::npos || tags.close.find(token) != std::string::npos;
           });
}

ThoughtTags thought_tags_in(std::string_view with_thought, std::string_view without, std::string_view thought,
                            std::string_view answer) {
    auto const thought_at = with_thought.find(thought);
    auto const answer_at = with_thought.find(answer, thought_at == std::string_view::npos ? 0 : thought_at);
    if (thought_at == std::string_view::npos || answer_at == std::string_view::npos) {
        return {};
    }
    auto const after = thought_at + thought.size();
    std::string const close(without_blanks(with_thought.substr(after, answer_at - after)));
    auto const shared = std::mismatch(with_thought.begin(), with_thought.end(), without.begin(), without.end()).first;
    auto const begin = std::min(static_cast<std::size_t>(shared - with_thought.begin()), thought_at);
    auto const plain = without_blanks(without.substr(0, without.find(answer)));
    auto open = opening_before(with_thought.substr(0, thought_at), begin, plain);
    if (auto const slash = close.find('/'); open.empty() && slash != std::string::npos) {
        open = close.substr(0, slash) + close.substr(slash + 1);
    }
    return close.empty() ? ThoughtTags{} : ThoughtTags{open, close};
}

bool opens_thought(std::string_view prompt, std::vector<ThoughtTags> const& declared) {
    prompt = prompt.substr(0, prompt.find_last_not_of(blanks) + 1);
    auto const ends = [&](std::string_view tag) { return !tag.empty() && prompt.ends_with(tag); };
    if (std::any_of(declared.begin(), declared.end(), [&](ThoughtTags const& tags) { return ends(tags.open); }) ||
        std::any_of(std::begin(known_tags), std::end(known_tags),
                    [&](KnownTags const& tags) { return ends(tags.open); })) {
        return true;
    }
    auto const at = prompt.rfind('<');
    auto const tag = at == std::string_view::npos ? std::string_view{} : angle_tag(prompt, at);
    return !tag.empty() && at + tag.size() == prompt.size() && names_thoughts(tag) && !closes(tag);
}

} // namespace echollama
