#include "evaluation/evaluate.h"

#include "base/counter_rng.h"
#include "questions/answers.h"
#include "scene/build.h"
#include "wording/grounding.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr ToyVariant variants[] = {ToyVariant::plain, ToyVariant::mirrored, ToyVariant::rotated, ToyVariant::cropped,
                                   ToyVariant::dark,  ToyVariant::blank,    ToyVariant::junk};

bool has_scene(ToyVariant variant) {
    return variant != ToyVariant::blank && variant != ToyVariant::junk;
}

// What a perfect MiDaS would give: inverse depth, with a scale and a shift that nobody knows.
DepthMap relative_map(DepthMap depth, std::uint64_t seed) {
    depth.kind = DepthKind::relative_inverse;
    float const scale = 100 + 900 * uniform(seed, 0), shift = 200 * uniform(seed, 1);
    for (auto& value : depth.values) {
        value = scale / value + shift;
    }
    return depth;
}

Scene scene_of(ToyPicture const& picture, std::vector<Detection> const& found, DepthMap const* depth) {
    return build_scene(found, picture.width, picture.height, picture.camera, depth);
}

void add(DistanceScore& score, Scene const& scene, ToyPicture const& truth) {
    GeometryScore one;
    one.add(scene, truth);
    score.distances.add(one.distances);
    score.intervals.add(one.intervals);
}

class Evaluation {
  public:
    explicit Evaluation(EvaluateOptions const& options) : options_(options) {
        for (auto variant : variants) {
            result_.variants.push_back({variant, {}, {}, {}, {}});
        }
    }

    void add_room(std::uint64_t seed) {
        Scene plain;
        for (auto& score : result_.variants) {
            auto const picture = render_toy_room(seed, score.variant, options_.width, options_.height);
            auto const found = options_.detect ? options_.detect(picture) : toy_detections(picture);
            if (!has_scene(score.variant)) {
                score.empty.count(found.empty());
                continue;
            }
            auto const scene = scene_of(picture, found, &picture.depth);
            auto const relative = relative_map(picture.depth, seed);
            score.by_depth.add(scene, picture);
            add(score.by_relative_depth, scene_of(picture, found, &relative), picture);
            add(score.by_size, scene_of(picture, found, nullptr), picture);
            if (score.variant == ToyVariant::plain) {
                plain = scene;
            } else if (score.variant == ToyVariant::mirrored) {
                result_.mirrored.add(mirrored_relations(plain, scene));
            }
        }
        if (scenes_.size() < options_.told_rooms) {
            scenes_.push_back(std::move(plain));
        }
        ++result_.rooms;
    }

    EvaluateResult take(std::stop_token const& stop) {
        for (auto const& scene : scenes_) {
            if (!stop.stop_requested()) {
                add_text(scene);
            }
        }
        constexpr PopeSampling samplings[] = {PopeSampling::random, PopeSampling::popular, PopeSampling::adversarial};
        for (std::size_t i = 0; i < std::size(samplings) && !stop.stop_requested(); ++i) {
            result_.text.pope[i] = pope_score(pope_questions(scenes_, samplings[i], options_.seed),
                                              [&](PopeQuestion const& question) { return answer(question); });
        }
        return std::move(result_);
    }

  private:
    void add_text(Scene const& scene) {
        auto& text = result_.text;
        for (auto const& sentence :
             options_.describe ? options_.describe(scene) : describe_scene(scene, options_.wording)) {
            text.chair.add(sentence, scene);
            for (auto const& claim : check_claims(sentence, scene)) {
                text.claims.count(claim.verdict != Verdict::contradicted);
            }
        }
        WordingOptions headline = options_.wording;
        headline.level = Level::headline;
        for (auto const& sentence : describe_scene(scene, headline)) {
            text.headlines.count(std::count(sentence.begin(), sentence.end(), ' ') + 1 <=
                                 static_cast<std::ptrdiff_t>(headline_words));
        }
    }

    std::string answer(PopeQuestion const& question) const {
        auto const& scene = scenes_[question.scene];
        return options_.answer ? options_.answer(scene, question.text)
                               : answer_question(scene, question.text, options_.wording).value_or(Answer{}).text;
    }

    EvaluateOptions const& options_;
    EvaluateResult result_;
    std::vector<Scene> scenes_; // of the plain pictures
};

} // namespace

EvaluateResult evaluate_scenes(EvaluateOptions const& options, std::stop_token stop) {
    Evaluation evaluation(options);
    for (std::size_t i = 0; i < options.rooms && !stop.stop_requested(); ++i) {
        evaluation.add_room(splitmix64(options.seed, i));
        if (options.progress) {
            options.progress(i + 1, options.rooms);
        }
    }
    return evaluation.take(stop);
}

char const* variant_name(ToyVariant variant) {
    switch (variant) {
    case ToyVariant::plain:
        return "plain";
    case ToyVariant::mirrored:
        return "mirrored";
    case ToyVariant::rotated:
        return "rotated";
    case ToyVariant::cropped:
        return "cropped";
    case ToyVariant::dark:
        return "dark";
    case ToyVariant::blank:
        return "blank";
    case ToyVariant::junk:
        break;
    }
    return "junk";
}

float median_of(std::vector<float> values) {
    if (values.empty()) {
        return 0;
    }
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace echollama
