#include "pipeline/stage_memory.h"

#include <malloc.h>

#include <algorithm>

namespace echollama {

std::size_t StageMemory::add(Stage stage) {
    std::lock_guard lock(mutex_);
    entries_.push_back(std::make_unique<Entry>(Entry{std::move(stage)}));
    return entries_.size() - 1;
}

bool StageMemory::fit_together(std::string const& one, std::string const& other) const {
    std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (auto const& entry : entries_) {
        sum += entry->stage.name == one || entry->stage.name == other ? entry->stage.bytes : 0;
    }
    return sum <= bytes_;
}

std::uint64_t StageMemory::loaded_bytes() const {
    std::uint64_t sum = 0;
    for (auto const& entry : entries_) {
        sum += entry->state == State::out ? 0 : entry->stage.bytes;
    }
    return sum;
}

// Unloads what nobody uses until there is room; false: what is used leaves too little.
bool StageMemory::make_room(std::size_t stage) {
    auto const wanted = entries_[stage]->stage.bytes;
    while (loaded_bytes() > 0 && loaded_bytes() + wanted > bytes_) {
        Entry* longest_unused = nullptr;
        bool used = false;
        for (auto const& entry : entries_) {
            used = used || entry->users > 0;
            bool const idle = entry->state == State::in && entry->users == 0;
            if (idle && (!longest_unused || entry->last_used < longest_unused->last_used)) {
                longest_unused = entry.get();
            }
        }
        if (!longest_unused) {
            return !used;
        }
        longest_unused->stage.unload();
        longest_unused->state = State::out;
        malloc_trim(0); // what was freed goes back to the system
    }
    return true;
}

void StageMemory::leave(std::size_t stage, State state) {
    std::lock_guard lock(mutex_);
    auto& entry = *entries_[stage];
    entry.state = state;
    --entry.users;
    entry.last_used = ++uses_;
    changed_.notify_all();
}

bool StageMemory::use(std::size_t stage, std::stop_token const& stop, std::function<void()> const& work) {
    bool loads = false;
    {
        std::unique_lock lock(mutex_);
        auto& entry = *entries_[stage];
        auto const free = [&] { return entry.state == State::in || (entry.state == State::out && make_room(stage)); };
        if (!changed_.wait(lock, stop, free)) {
            return false;
        }
        loads = entry.state == State::out;
        entry.state = loads ? State::loading : State::in;
        ++entry.users;
    }
    struct Leave {
        StageMemory& memory;
        std::size_t stage;
        State state;
        ~Leave() { memory.leave(stage, state); }
    } leave{*this, stage, loads ? State::out : State::in};
    if (loads) {
        entries_[stage]->stage.load();
        leave.state = State::in;
        std::lock_guard lock(mutex_);
        entries_[stage]->state = State::in;
        changed_.notify_all();
    }
    work();
    return true;
}

namespace {

// A role's object that comes and goes.
template <typename Role>
class Stage {
  public:
    Stage(StageOptions const& options, MakeRole<Role> make) : memory_(options.memory), stop_(options.stop) {
        auto* const timings = options.timings;
        auto const name = options.name;
        auto const load = [this, timings, name, make = std::move(make)] {
            role_ = timings ? timings->measure("load " + name, make) : make();
        };
        number_ = memory_->add({name, options.bytes, load, [this] { role_.reset(); }});
    }
    void with(std::stop_token const& stop, std::function<void(Role&)> const& work) {
        memory_->use(number_, stop, [&] { work(*role_); });
    }
    std::stop_token const& usual_stop() const { return stop_; }

  private:
    std::shared_ptr<StageMemory> memory_;
    std::stop_token stop_;
    std::shared_ptr<Role> role_;
    std::size_t number_ = 0;
};

class StagedDetector final : public Detector {
  public:
    StagedDetector(StageOptions const& options, MakeRole<Detector> make) : stage_(options, std::move(make)) {}
    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        std::vector<Detection> found;
        stage_.with(stop, [&](Detector& detector) { found = detector.detect(image, threshold, stop); });
        return found;
    }
    std::vector<std::string> labels() const override {
        std::vector<std::string> labels;
        stage_.with(stage_.usual_stop(), [&](Detector& detector) { labels = detector.labels(); });
        return labels;
    }
    float sure_score() const override {
        float score = Detector::sure_score();
        stage_.with(stage_.usual_stop(), [&](Detector& detector) { score = detector.sure_score(); });
        return score;
    }
    std::optional<Gist> gist(Image const& image, std::stop_token stop) override {
        std::optional<Gist> gist;
        stage_.with(stop, [&](Detector& detector) { gist = detector.gist(image, stop); });
        return gist;
    }

  private:
    mutable Stage<Detector> stage_; // asking for the score may have to load
};

class StagedDepth final : public DepthEstimator {
  public:
    StagedDepth(StageOptions const& options, MakeRole<DepthEstimator> make) : stage_(options, std::move(make)) {}
    DepthMap depth(Image const& image, std::stop_token stop) override {
        DepthMap map;
        stage_.with(stop, [&](DepthEstimator& estimator) { map = estimator.depth(image, stop); });
        return map;
    }

  private:
    Stage<DepthEstimator> stage_;
};

class StagedCaptioner final : public Captioner {
  public:
    StagedCaptioner(StageOptions const& options, MakeRole<Captioner> make) : stage_(options, std::move(make)) {}
    std::string caption(Image const& image, CaptionRequest const& request, std::stop_token stop) override {
        std::string caption;
        stage_.with(stop, [&](Captioner& captioner) { caption = captioner.caption(image, request, stop); });
        return caption;
    }

  private:
    Stage<Captioner> stage_;
};

class StagedReader final : public Reader {
  public:
    StagedReader(StageOptions const& options, MakeRole<Reader> make) : stage_(options, std::move(make)) {}
    std::vector<TextLine> read(Image const& image, std::stop_token stop) override {
        std::vector<TextLine> lines;
        stage_.with(stop, [&](Reader& reader) { lines = reader.read(image, stop); });
        return lines;
    }

  private:
    Stage<Reader> stage_;
};

class StagedDescriber final : public Describer {
  public:
    StagedDescriber(StageOptions const& options, MakeRole<Describer> make) : stage_(options, std::move(make)) {}
    void reply(Prompt const& prompt, TextSink const& sink, std::stop_token stop) override {
        stage_.with(stop, [&](Describer& describer) { describer.reply(prompt, sink, stop); });
    }

  private:
    Stage<Describer> stage_;
};

class StagedSpeaker final : public Speaker {
  public:
    StagedSpeaker(StageOptions const& options, MakeRole<Speaker> make) : stage_(options, std::move(make)) {}
    int sample_rate() const override {
        if (rate_ == 0) {
            stage_.with(stage_.usual_stop(), [&](Speaker& speaker) { rate_ = speaker.sample_rate(); });
        }
        return rate_;
    }
    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        stage_.with(stop, [&](Speaker& speaker) { speaker.say(sentence, options, sink, stop); });
    }

  private:
    mutable Stage<Speaker> stage_;
    mutable int rate_ = 0; // once it is known the voice need not be loaded to tell it
};

} // namespace

std::shared_ptr<Detector> staged(StageOptions const& options, MakeRole<Detector> make) {
    return std::make_shared<StagedDetector>(options, std::move(make));
}

std::shared_ptr<DepthEstimator> staged(StageOptions const& options, MakeRole<DepthEstimator> make) {
    return std::make_shared<StagedDepth>(options, std::move(make));
}

std::shared_ptr<Captioner> staged(StageOptions const& options, MakeRole<Captioner> make) {
    return std::make_shared<StagedCaptioner>(options, std::move(make));
}

std::shared_ptr<Reader> staged(StageOptions const& options, MakeRole<Reader> make) {
    return std::make_shared<StagedReader>(options, std::move(make));
}

std::shared_ptr<Describer> staged(StageOptions const& options, MakeRole<Describer> make) {
    return std::make_shared<StagedDescriber>(options, std::move(make));
}

std::shared_ptr<Speaker> staged(StageOptions const& options, MakeRole<Speaker> make) {
    return std::make_shared<StagedSpeaker>(options, std::move(make));
}

} // namespace echollama
