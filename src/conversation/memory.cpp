#include "conversation/memory.h"

#include "scene/english.h"
#include "wording/mentions.h"

#include <algorithm>
#include <utility>

namespace echollama {

std::vector<std::string> named_labels(std::string const& text) {
    std::vector<std::string> labels;
    for (auto const& mention : find_mentions(split_words(text))) {
        if (!mention.label.empty()) {
            labels.push_back(mention.label);
        }
    }
    return labels;
}

void Memory::begin(std::string question) {
    if (turns_.size() == most_) {
        turns_.erase(turns_.begin());
        first_ -= first_ > 0 ? 1 : 0;
    }
    turns_.emplace_back();
    turns_.back().question = std::move(question);
}

void Memory::say(std::string const& sentence) {
    if (!turns_.empty()) {
        turns_.back().sentences.push_back(sentence);
    }
}

void Memory::heard(std::string const& words) {
    if (turns_.empty()) {
        return;
    }
    auto& turn = turns_.back();
    turn.heard = words;
    turn.interrupted = words != joined(turn.sentences, " ");
    turn.labels = named_labels(words);
}

void Memory::heard_all() {
    if (!turns_.empty()) {
        heard(joined(turns_.back().sentences, " "));
    }
}

SpokenTurn const* Memory::last() const {
    return turns_.empty() ? nullptr : &turns_.back();
}

bool Memory::go_back() {
    if (turns_.size() < 2) {
        return false;
    }
    turns_.pop_back();
    first_ = std::min(first_, turns_.size());
    return true;
}

void Memory::forget_things() {
    first_ = turns_.size();
}

std::vector<Turn> Memory::history() const {
    std::vector<Turn> history;
    for (std::size_t i = first_; i < turns_.size(); ++i) {
        auto const& turn = turns_[i];
        history.push_back({Turn::Role::user, turn.question});
        history.push_back({Turn::Role::assistant, turn.heard, turn.labels.empty() ? "" : turn.labels.back()});
    }
    return history;
}

std::string Memory::last_thing() const {
    for (auto i = turns_.size(); i-- > first_;) {
        if (!turns_[i].labels.empty()) {
            return turns_[i].labels.back();
        }
    }
    return "";
}

} // namespace echollama
