#include "pipeline/see.h"

#include "base/error.h"
#include "base/log.h"
#include "media/picture/picture_facts.h"
#include "pipeline/look_around.h"
#include "pipeline/scale.h"
#include "pipeline/surround.h"
#include "scene/build.h"
#include "wording/wording.h"

#include <algorithm>
#include <future>

namespace echollama {
namespace {

// Starts at once; not valid(): there is nothing to estimate with, or no need.
std::future<DepthMap> estimate_depth(View const& view, SeeingModels const& models, Timings& timings,
                                     std::stop_token stop) {
    bool const flat = view.camera.projection == Projection::flat; // depth networks know flat pictures only
    if (view.depth || !flat || !models.depth.valid()) {
        return {};
    }
    return std::async(std::launch::async, [&view, &models, &timings, stop] {
        auto estimator = models.depth.get();
        return timings.measure("depth", [&] { return estimator->depth(view.image, stop); });
    });
}

std::string ask_captioner(SeeingModels const& models, Image const& image, CaptionRequest const& request,
                          std::stop_token const& stop) {
    try {
        return models.captioner.get()->caption(image, request, stop);
    } catch (Error const& error) {
        log::warning(std::string(error.what()) + " The picture is described without a caption.");
        return "";
    }
}

// Starts at once; not valid(): there is no captioner.
std::future<std::string> write_caption(View const& view, SeeingModels const& models, Timings& timings,
                                       std::stop_token stop) {
    if (!models.captioner.valid()) {
        return {};
    }
    return std::async(std::launch::async, [&view, &models, &timings, stop] {
        return timings.measure("caption", [&] { return ask_captioner(models, view.image, {}, stop); });
    });
}

// Starts at once or when wanted; not valid(): there is nobody to read, or nothing was photographed. The image is the
// view's.
Reading start_reading(View const& view, SeeingModels const& models, Timings& timings, std::stop_token stop) {
    if (!models.reader.valid() || view.drawn) {
        return {};
    }
    auto read = [&image = view.image, loading = models.reader, &timings,
                 stop]() -> std::optional<std::vector<TextLine>> {
        try {
            auto reader = loading.get();
            auto lines = timings.measure("read", [&] { return reader->read(image, stop); });
            return stop.stop_requested() ? std::nullopt : std::optional(std::move(lines));
        } catch (Error const& error) {
            log::warning(std::string(error.what()) + " The picture is described without its text.");
            return std::nullopt;
        }
    };
    return std::async(models.reads_when_wanted ? std::launch::deferred : std::launch::async, read).share();
}

// While the detector is still loading.
std::vector<std::string> measured_facts(View const& view, Timings& timings) {
    return view.drawn ? std::vector<std::string>()
                      : timings.measure("measure", [&] { return picture_facts(view.image); });
}

Scene scene_of(View const& view, Observation const& observation, SceneOptions const& options) {
    auto const build = [&](DepthMap const* depth) {
        auto scene =
            build_scene(observation.detections, view.image.width, view.image.height, view.camera, depth, options);
        if (depth) {
            surround(scene, view, *depth);
        }
        return scene;
    };
    if (!view.depth || !view.scale) {
        auto const& known = view.depth ? view.depth : observation.depth;
        return build(known ? &*known : nullptr);
    }
    auto const settled = settle_depth(view, observation.detections);
    auto scene = build(&settled.depth);
    scene.depth_unit = settled.unit;
    if (!settled.unit.rival.empty()) {
        log::warning(unit_sentence(scene));
    }
    return scene;
}

} // namespace

Observation see(View const& view, SeeingModels const& models, float threshold, Timings& timings, std::stop_token stop,
                SceneOptions const& options) {
    Observation observation;
    auto depth = estimate_depth(view, models, timings, stop);
    auto caption = write_caption(view, models, timings, stop);
    auto facts = measured_facts(view, timings);
    auto detector = models.detector.get();
    observation.sure_score = detector->sure_score();
    observation.detections = timings.measure("detect", [&] { return detect_in(view, *detector, threshold, stop); });
    bool const certain = std::any_of(observation.detections.begin(), observation.detections.end(),
                                     [&](auto const& found) { return is_sure(found, observation.sure_score); });
    auto gist = certain || view.drawn ? std::nullopt
                                      : timings.measure("gist", [&] { return detector->gist(view.image, stop); });
    if (models.found) {
        models.found();
    }
    observation.text = start_reading(view, models, timings, stop);
    if (depth.valid()) {
        observation.depth = depth.get();
        if (observation.depth->values.empty()) { // stopped
            observation.depth.reset();
        }
    }
    observation.scene = timings.measure("scene", [&] { return scene_of(view, observation, options); });
    if (caption.valid()) {
        observation.scene.caption = caption.get();
    }
    observation.scene.gist = std::move(gist);
    observation.scene.measured = view.notes;
    observation.scene.measured.insert(observation.scene.measured.end(), facts.begin(), facts.end());
    return observation;
}

VisualQuestions visual_questions(SeeingModels const& models, Image const& image) {
    if (!models.captioner.valid()) {
        return {};
    }
    return [&models, &image](std::string const& question, std::stop_token stop) {
        return ask_captioner(models, image, {.question = question}, stop);
    };
}

} // namespace echollama
