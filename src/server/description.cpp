#include "server/description.h"

#include "wording/wording.h"

#include <cmath>

namespace echollama::server {

Description describe(Engine& engine, Sight const& sight, std::string const& question, std::vector<Turn> const& history,
                     Engine::SentenceSink const& sink, std::stop_token const& stop) {
    Description description;
    description.seen = engine.look(sight, stop);
    engine.tell_of(
        *description.seen, question, history,
        [&](std::string const& sentence) {
            description.sentences.push_back(sentence);
            description.text += (description.text.empty() ? "" : " ") + sentence;
            sink(sentence);
        },
        stop);
    return description;
}

Json things_of(Engine const& engine, Seen const& seen) {
    auto const& scene = seen.observation.scene;
    auto wording = engine.wording();
    wording.sure_score = seen.observation.sure_score;
    Json list = Json::array();
    for (auto const index : speaking_order(scene)) {
        auto const& object = scene.objects[index];
        list.push_back({{"object", index},
                        {"words", object_clause(object, wording)},
                        {"bearing_deg", std::round(object.bearing_deg * 10) / 10}});
    }
    return list;
}

} // namespace echollama::server
