#include "server/shared_roles.h"

#include <type_traits>

namespace echollama::server {
namespace {

template <typename Role>
class Shared : public Role {
  public:
    Shared(Loading<Role> model, std::shared_ptr<Stage> stage) : model_(std::move(model)), stage_(std::move(stage)) {}

  protected:
    // Loading is no part of anybody's turn.
    Role& model() const { return *model_.get(); }

    template <typename Work>
    decltype(auto) in_turn(std::stop_token const& stop, Work work) const {
        auto& role = model();
        auto const use = stage_->enter(stop, at_once(role));
        return work(role);
    }

  private:
    static int at_once(Role const& role) {
        if constexpr (std::is_same_v<Role, Describer>) {
            return role.at_once();
        } else {
            static_cast<void>(role);
            return 1;
        }
    }

    Loading<Role> model_;
    std::shared_ptr<Stage> stage_;
};

class SharedDetector : public Shared<Detector> {
  public:
    using Shared::Shared;
    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        return in_turn(stop, [&](Detector& detector) { return detector.detect(image, threshold, stop); });
    }
    float sure_score() const override { return model().sure_score(); }
    std::optional<Gist> gist(Image const& image, std::stop_token stop) override {
        return in_turn(stop, [&](Detector& detector) { return detector.gist(image, stop); });
    }
};

class SharedDepthEstimator : public Shared<DepthEstimator> {
  public:
    using Shared::Shared;
    DepthMap depth(Image const& image, std::stop_token stop) override {
        return in_turn(stop, [&](DepthEstimator& estimator) { return estimator.depth(image, stop); });
    }
};

class SharedReader : public Shared<Reader> {
  public:
    using Shared::Shared;
    std::vector<TextLine> read(Image const& image, std::stop_token stop) override {
        return in_turn(stop, [&](Reader& reader) { return reader.read(image, stop); });
    }
};

class SharedCaptioner : public Shared<Captioner> {
  public:
    using Shared::Shared;
    std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop) override {
        return in_turn(stop, [&](Captioner& captioner) { return captioner.caption(image, request, stop); });
    }
};

class SharedDescriber : public Shared<Describer> {
  public:
    using Shared::Shared;
    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        in_turn(stop, [&](Describer& describer) { describer.reply(prompt, sink, stop); });
    }
};

class SharedSpeaker : public Shared<Speaker> {
  public:
    using Shared::Shared;
    int sample_rate() const override { return model().sample_rate(); }
    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        in_turn(stop, [&](Speaker& speaker) { speaker.say(sentence, options, sink, stop); });
    }
};

class SharedListener : public Shared<Listener> {
  public:
    using Shared::Shared;
    Transcript hear(AudioBuffer const& audio, std::string const& hint, std::stop_token stop) override {
        return in_turn(stop, [&](Listener& listener) { return listener.hear(audio, hint, stop); });
    }
};

template <typename SharedRole, typename Role>
Loading<Role> wrap(Loading<Role> model, std::shared_ptr<Stage> stage) {
    return model.valid() ? ready<Role>(std::make_shared<SharedRole>(std::move(model), std::move(stage)))
                         : Loading<Role>();
}

} // namespace

Loading<Detector> shared(Loading<Detector> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedDetector>(std::move(model), std::move(stage));
}
Loading<DepthEstimator> shared(Loading<DepthEstimator> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedDepthEstimator>(std::move(model), std::move(stage));
}
Loading<Reader> shared(Loading<Reader> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedReader>(std::move(model), std::move(stage));
}
Loading<Captioner> shared(Loading<Captioner> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedCaptioner>(std::move(model), std::move(stage));
}
Loading<Describer> shared(Loading<Describer> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedDescriber>(std::move(model), std::move(stage));
}
Loading<Speaker> shared(Loading<Speaker> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedSpeaker>(std::move(model), std::move(stage));
}
Loading<Listener> shared(Loading<Listener> model, std::shared_ptr<Stage> stage) {
    return wrap<SharedListener>(std::move(model), std::move(stage));
}

} // namespace echollama::server
