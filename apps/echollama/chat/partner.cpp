#include "chat/partner.h"

#include "base/error.h"
#include "live/remembered.h"
#include "models/devices.h"
#include "models/stages.h"

#include <utility>

namespace echollama {

struct ChatPartner::Picture {
    View view;
    Observation observation; // its reading ends before the view does
};

namespace {

bool is_file(std::string const& name) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(name, ignored);
}

} // namespace

AppContext const& with_devices(AppContext const& context, ChatOptions const& options,
                               std::vector<StageFiles> const& more) {
    decide_devices(context, {seeing_stages(context, options.seeing), describer_stages(context, options.language),
                             speaker_stages(context, options.voice), more});
    return context;
}

ChatPartner::ChatPartner(AppContext const& context, ChatOptions const& options, Loading<Speaker> speaker,
                         Timings& timings)
    : context_(context), options_(options), timings_(timings),
      seeing_(load_seeing_models(context, options.seeing, timings)), speaker_(std::move(speaker)),
      dialogue_(options.request.prompts.wording, is_file) {
    models_.describer = load_describer(context, options.language, timings);
    models_.speaker = speaker_;
    models_.voice_waits = voice_waits(context);
    models_.remembered = remembered_sightings(options.request.prompts.wording);
    auto const load = [this] {
        if (!loading_.valid()) {
            loading_ = begin_in_order(speaker_, models_.describer);
        }
    };
    if (options.seeing.input.picture.empty()) { // nothing has to be looked at first
        load();
    }
    seeing_.found = load;
}

ChatPartner::~ChatPartner() {
    models_.text = {};
}

void ChatPartner::look(std::stop_token stop) {
    open(options_.seeing.input, std::move(stop));
}

void ChatPartner::look_at(std::filesystem::path const& file, std::stop_token stop) {
    InputOptions input; // what was said of the first picture's depth and camera is not said of this one
    input.picture = file;
    open(input, std::move(stop));
}

void ChatPartner::open(InputOptions const& input, std::stop_token stop) {
    auto picture = std::make_unique<Picture>(Picture{load_input(input), {}});
    picture->observation = see(picture->view, seeing_, options_.seeing.threshold, timings_, std::move(stop));
    models_.text = picture->observation.text;
    models_.look = visual_questions(seeing_, picture->view.image);
    models_.speaker = placed_at_objects(speaker_, options_.spatial, picture->observation.scene, timings_);
    dialogue_.look(picture->observation.scene, picture->observation.sure_score);
    picture_ = std::move(picture);
}

TellingRequest ChatPartner::request(Response const& response) const {
    TellingRequest request = options_.request;
    request.question = response.question;
    request.history = response.history;
    request.first = response.sentences;
    request.prompts.wording = dialogue_.wording();
    request.prompts.style = options_.language.style;
    request.speech = options_.voice.speech;
    return request;
}

void ChatPartner::tell_scene(Response const& response, TellingOutput const& output, std::stop_token stop) {
    tell(dialogue_.scene(), models_, request(response), output, timings_, std::move(stop));
}

void ChatPartner::describe(TellingOutput const& output, std::stop_token stop) {
    Response const description{.act = Response::Act::answer, .history = dialogue_.memory().history()};
    dialogue_.begin_turn();
    tell_scene(description, output, std::move(stop));
}

void ChatPartner::answer(Response const& response, TellingOutput const& output, std::stop_token stop) {
    if (response.act == Response::Act::answer) {
        tell_scene(response, output, std::move(stop));
    } else {
        say_again(response.sentences, models_, request(response), output, timings_, std::move(stop));
    }
}

} // namespace echollama
