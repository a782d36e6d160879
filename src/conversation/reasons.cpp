#include "conversation/reasons.h"

#include "scene/distance.h"
#include "scene/english.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

// "62 percent sure", never "100 percent": no detector is.
std::string percent(float score) {
    return std::to_string(std::clamp(std::lround(score * 100), 1L, 99L)) + " percent";
}

// "between 30 centimetres and 2 metres"; lengths that are told alike give one.
std::string interval_words(Distance const& distance, Units units) {
    auto exactly = [&](float metres) { return length_words({DistanceSource::sensor, metres, metres, metres}, units); };
    auto const low = exactly(distance.low), high = exactly(distance.high);
    return low == high ? low : "between " + low + " and " + high;
}

std::string where_distance_comes_from(Distance const& distance, std::string const& label, Units units) {
    auto const interval = interval_words(distance, units);
    switch (distance.source) {
    case DistanceSource::sensor:
        return "its distance was measured: " + interval;
    case DistanceSource::calibrated_depth:
        return "its distance, " + interval + ", is estimated from the picture and from things whose size is known";
    case DistanceSource::object_size:
        return "its distance, " + interval + ", is guessed from how large a " + label + " usually is";
    case DistanceSource::none:
        break;
    }
    return "I do not know how far it is";
}

// The object of the class that is told first: the scene has the nearest, or most prominent, first.
SceneObject const* object_called(Scene const& scene, std::string const& label) {
    auto const found = std::find_if(scene.objects.begin(), scene.objects.end(), [&](auto const& object) {
        return object.detection.label == label || object.detection.alternative == label;
    });
    return found == scene.objects.end() ? nullptr : &*found;
}

} // namespace

std::string reason_for(Scene const& scene, std::vector<std::string> const& labels, WordingOptions const& wording) {
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        auto const* object = object_called(scene, *label);
        if (!object) {
            continue;
        }
        auto const& detection = object->detection;
        auto text = "My detector is " + percent(detection.score) + " sure that it is " +
                    std::string(article(detection.label)) + " " + detection.label;
        if (detection.alternative && *detection.alternative != detection.label) {
            text += ", and it may be " + std::string(article(*detection.alternative)) + " " + *detection.alternative;
        }
        return text + "; " + where_distance_comes_from(object->distance, detection.label, wording.units) + ".";
    }
    if (!labels.empty()) {
        auto const& label = labels.back();
        return "Nothing that my detector found in this picture looks like " + std::string(article(label)) + " " +
               label + "; it may miss what is small, dark or hidden.";
    }
    if (auto const gist = gist_sentence(scene)) {
        return "It is a guess from the look of the whole picture, " + percent(scene.gist->probability) + " sure.";
    }
    if (scene.objects.empty()) {
        return "My detector found nothing in this picture that it knows; it may miss what is small, dark or hidden.";
    }
    return "It rests on what my detector found, " + number_word(scene.objects.size()) +
           (scene.objects.size() == 1 ? " thing" : " things") +
           " in this picture; ask about one of them to hear how sure it is.";
}

} // namespace echollama
