#include "chat/spoken.h"

#include "base/error.h"
#include "conversation/wholeness.h"
#include "listener/vad_silero.h"
#include "models/choice.h"
#include "models/devices.h"
#include "models/ear.h"

#include <algorithm>
#include <utility>

namespace echollama {
namespace {

FrameClassifier classifier_of(AppContext const& context, ListeningOptions const& options) {
    auto const vad = pauses_model(context, options.vad);
    return vad.empty() ? energy_classifier() : silero_classifier(std::make_shared<SileroVad>(vad));
}

} // namespace

SpokenChat::SpokenChat(AppContext const& context, ChatOptions const& chat, ListeningOptions const& listening)
    : context_(context), has_picture_(!chat.seeing.input.picture.empty()),
      ear_(listener_files(ear_model(context, listening.listener))),
      speaker_(load_speaker(with_devices(context, chat, {ear_}), chat.voice, timings_)),
      partner_(context, chat, speaker_, timings_),
      listener_(make_ear(ear_.files.front(), {pauses_model(context, listening.vad), context.threads, "en"},
                         device_of(context, ear_))),
      rate_(speaker_.get()->sample_rate()) {
    TalkOptions options;
    options.rate = rate_;
    options.pause_s = listening.pause_s;
    options.short_pause_s = std::min(options.short_pause_s, listening.pause_s);
    options.hands_free = !listening.push_to_talk;
    options.earcons = listening.earcons;
    options.echo_guard = listening.echo_guard;
    TalkWork work{[this](auto const& phrase, auto stop) { return hear(phrase, stop); },
                  [this](auto const& line, auto const& output, auto stop) { return respond(line, output, stop); },
                  [this](std::string const& words) {
                      if (std::exchange(turn_open_, false)) {
                          partner_.dialogue().memory().heard(words);
                      }
                  },
                  is_whole};
    talk_ = std::make_unique<Talk>(options, std::move(work), classifier_of(context, listening));
}

void SpokenChat::begin() {
    if (has_picture_) {
        partner_.look(context_.stop);
        talk_->describe();
    }
}

std::string SpokenChat::hear(AudioBuffer const& phrase, std::stop_token stop) {
    // A hint would make small models repeat a short question.
    auto text = listener_->hear(phrase, "", std::move(stop)).text;
    return is_interjection(text) ? "" : text;
}

LineDone SpokenChat::respond(ConversationLine const& line, TalkOutput const& output, std::stop_token stop) {
    auto& dialogue = partner_.dialogue();
    TellingOutput telling{[&](std::string const& sentence) {
                              output.sentence(sentence);
                              if (turn_open_) {
                                  dialogue.memory().say(sentence);
                              }
                          },
                          output.audio};
    turn_open_ = true;
    if (line.describe) {
        partner_.describe(telling, std::move(stop));
        return {};
    }
    auto const response = dialogue.hear(line);
    turn_open_ = !response.again;
    switch (response.act) {
    case Response::Act::say:
    case Response::Act::answer:
        partner_.answer(response, telling, std::move(stop));
        return {};
    case Response::Act::look_at:
        look_at(response.words, telling, std::move(stop));
        return {};
    case Response::Act::stop:
        turn_open_ = false;
        return {LineDone::Act::stop, 1};
    case Response::Act::speed:
        turn_open_ = false;
        return {LineDone::Act::speed, response.factor};
    case Response::Act::rate:
        turn_open_ = false;
        return {LineDone::Act::rate, response.factor};
    case Response::Act::volume:
        turn_open_ = false;
        return {LineDone::Act::volume, response.factor};
    case Response::Act::end:
        break;
    }
    turn_open_ = false;
    return {LineDone::Act::end, 1};
}

void SpokenChat::look_at(std::string const& file, TellingOutput const& output, std::stop_token stop) {
    try {
        partner_.look_at(file, stop);
    } catch (Cancelled const&) {
        throw;
    } catch (std::exception const& error) { // said aloud; the picture before stays
        turn_open_ = false;
        partner_.answer({.act = Response::Act::say, .sentences = {error.what()}, .again = true}, output,
                        std::move(stop));
        return;
    }
    turn_open_ = true;
    partner_.describe(output, std::move(stop));
}

} // namespace echollama
