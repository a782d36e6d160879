#include "server/conversations.h"

#include <algorithm>

namespace echollama::server {

std::shared_ptr<Conversations::Conversation>
Conversations::begin(std::string id, Sight sight, WordingOptions const& wording, Clock::time_point now) {
    auto conversation = std::make_shared<Conversation>(std::move(id), std::move(sight), wording);
    conversation->used = now;
    std::lock_guard lock(mutex_);
    kept_.remove_if([&](auto const& kept) { return kept->id == conversation->id; });
    kept_.push_front(conversation);
    forget(now);
    return conversation;
}

std::shared_ptr<Conversations::Conversation> Conversations::find(std::string const& id, Clock::time_point now) {
    std::lock_guard lock(mutex_);
    forget(now);
    auto const found = std::find_if(kept_.begin(), kept_.end(), [&](auto const& kept) { return kept->id == id; });
    if (found == kept_.end()) {
        return nullptr;
    }
    (*found)->used = now;
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front();
}

bool Conversations::end(std::string const& id) {
    std::lock_guard lock(mutex_);
    return kept_.remove_if([&](auto const& kept) { return kept->id == id; }) > 0;
}

std::size_t Conversations::count(Clock::time_point now) {
    std::lock_guard lock(mutex_);
    forget(now);
    return kept_.size();
}

// The newest always stays: its picture is no larger than a request may be.
void Conversations::forget(Clock::time_point now) {
    std::size_t bytes = 0, number = 0;
    for (auto kept = kept_.begin(); kept != kept_.end();) {
        bytes += (*kept)->sight.bytes();
        bool const stays =
            now - (*kept)->used < longest_silence && (number == 0 || (number < most && bytes <= most_bytes));
        ++number;
        kept = stays ? std::next(kept) : kept_.erase(kept);
    }
}

} // namespace echollama::server
