#include "live/remembered.h"

#include "base/error.h"
#include "live/scene_memory.h"

#include <ctime>

namespace echollama {

std::function<std::optional<std::string>(std::string const& question)>
remembered_sightings(WordingOptions const& options) {
    return [options](std::string const& question) -> std::optional<std::string> {
        SceneMemory memory;
        auto const answer = [&] { return memory.answer(question, 0, std::time(nullptr), options); };
        if (!answer()) {
            return std::nullopt;
        }
        try {
            auto const file = SightingStore::usual_file();
            std::error_code ignored;
            if (!std::filesystem::exists(file, ignored)) {
                return std::nullopt;
            }
            memory.recall(SightingStore(file, SightingStore::Use::read).latest());
        } catch (Error const& error) { // a question has an answer, whatever it is
            return error.what();
        }
        return answer();
    };
}

} // namespace echollama
