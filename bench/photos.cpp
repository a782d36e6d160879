// How right what is said of photos is: runs a detector over the labelled photos and compares what the scene's own words
// say.
//
//   bench_photos LABELS FOLDER CENTERNET                           one network
//   bench_photos LABELS FOLDER CENTERNET NANODET CLASSIFIER        the panel
//
// LABELS is tests/data/photos.tsv, FOLDER what scripts/fetch-test-photos filled. Photos of the lot "test" only; "-v" as
// the last argument prints every photo.
#include "base/error.h"
#include "media/picture/image_io.h"
#include "scene/boxes.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "vision/candidates.h"
#include "vision/detectors.h"
#include "vision/panel_detector.h"
#include "wording/mentions.h"
#include "wording/wording.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

using namespace echollama;

namespace {

constexpr float same_place = 0.4F; // overlap of a find with a box drawn by hand

struct Truth {
    std::string label;
    Box box; // parts of the picture
    bool found = false;
};

struct Photo {
    std::string name, lot;
    std::vector<Truth> objects;
    std::set<std::string> may;
    std::vector<std::string> gist;
};

std::vector<std::string> split(std::string const& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        part.erase(0, part.find_first_not_of(' '));
        if (!part.empty() || separator == '\t') {
            parts.push_back(part);
        }
    }
    return parts;
}

Truth read_truth(std::string const& text) {
    auto words = split(text, ' ');
    if (words.size() < 5) {
        throw Error("The label '" + text + "' has no box.");
    }
    auto number = [&](std::size_t from_end) { return std::stof(words[words.size() - from_end]) / 1000; };
    Truth truth{"", {number(4), number(3), number(2), number(1)}};
    for (std::size_t i = 0; i + 4 < words.size(); ++i) {
        truth.label += (i > 0 ? " " : "") + words[i];
    }
    return truth;
}

std::vector<Photo> read_photos(std::string const& path) {
    std::ifstream file(path);
    std::vector<Photo> photos;
    for (std::string line; std::getline(file, line);) {
        auto fields = split(line, '\t');
        fields.resize(7);
        if (line.empty() || line[0] == '#' || fields[0] == "photo") {
            continue;
        }
        Photo photo{fields[0], fields[3], {}, {}, split(fields[6], ',')};
        for (auto const& object : split(fields[4], ';')) {
            photo.objects.push_back(read_truth(object));
        }
        for (auto const& label : split(fields[5], ',')) {
            photo.may.insert(label);
        }
        photos.push_back(photo);
    }
    return photos;
}

std::string kind_word(std::string const& label) {
    auto const* known = find_class(label);
    bool const told = known && (known->kind == Kind::animal || known->kind == Kind::vehicle);
    return told ? std::string(kind_noun(known->kind)) : label == "animal" || label == "vehicle" ? label : "";
}

enum class Verdict { right, wrong, unjudged };

// A find said without doubt is right when its label is there; one said with doubt also when only its kind is ("an
// animal, perhaps a dog"), or its rival.
Verdict judge(Photo& photo, Detection const& find, bool sure, Box const& box) {
    for (auto& truth : photo.objects) {
        bool const named = truth.label == find.label || (!sure && find.alternative == truth.label);
        bool const kind = !sure && !kind_word(find.label).empty() && kind_word(find.label) == kind_word(truth.label);
        if ((named || kind) && overlap(truth.box, box) >= same_place) {
            truth.found = truth.found || truth.label == find.label;
            return Verdict::right;
        }
    }
    return photo.may.contains(find.label) ? Verdict::unjudged : Verdict::wrong;
}

bool shows(Photo const& photo, std::string_view kind) {
    return std::any_of(photo.objects.begin(), photo.objects.end(),
                       [&](auto const& truth) { return kind_word(truth.label) == kind; });
}

// One of the photo's words is among its words, each whole: "pan" is not in "a panda".
bool gist_is_right(Photo const& photo, Gist const& gist) {
    auto words = [](std::string const& text) {
        std::string spaced = " ";
        for (auto const& word : split_words(text)) {
            spaced += word.text + " ";
        }
        return spaced;
    };
    auto const told = words(gist.words + ", " + gist.fine);
    auto const worn = std::any_of(photo.objects.begin(), photo.objects.end(),
                                  [](auto const& truth) { return truth.label == "person"; });
    return (gist.words == "an animal" && shows(photo, "animal")) ||
           (gist.words == "a vehicle" && shows(photo, "vehicle")) ||
           ((gist.words == "something that is worn" || gist.words == "clothes") && worn) ||
           std::any_of(photo.gist.begin(), photo.gist.end(),
                       [&](auto const& word) { return told.find(words(word)) != std::string::npos; });
}

struct Totals {
    int photos = 0, with_true = 0, with_false_sure = 0, first_true = 0, nameable = 0, clear = 0, silent_clear = 0;
    int said = 0, right = 0, sure = 0, sure_right = 0, truths = 0, found = 0, gists = 0, gists_right = 0;
};

void measure(Detector& detector, Photo photo, std::filesystem::path const& folder, Totals& totals, bool verbose) {
    auto const image = load_image(folder / photo.name).image;
    auto const finds = detector.detect(image);
    auto scene = build_scene(finds, image.width, image.height, guess_camera(image.width, image.height, std::nullopt));
    float const sure_score = detector.sure_score();
    bool const certain =
        std::any_of(finds.begin(), finds.end(), [&](auto const& find) { return is_sure(find, sure_score); });
    scene.gist = certain ? std::nullopt : detector.gist(image);
    WordingOptions wording;
    wording.sure_score = sure_score;
    auto const sentences = describe_scene(scene, wording);
    WordingOptions headline = wording;
    headline.level = Level::headline;
    auto const first = describe_scene(scene, headline).front();

    bool any_true = false, false_sure = false, first_true = false, first_unjudged = false;
    auto const w = static_cast<float>(image.width), h = static_cast<float>(image.height);
    for (auto const& object : scene.objects) {
        auto const& find = object.detection;
        bool const sure = is_sure(find, sure_score);
        auto const verdict =
            judge(photo, find, sure, {find.box.x0 / w, find.box.y0 / h, find.box.x1 / w, find.box.y1 / h});
        auto name = careful_name(find, sure_score);
        name[0] = static_cast<char>(std::toupper(name[0]));
        bool const leads = first.starts_with(name + ",") || first.starts_with(name + ".");
        totals.said += verdict != Verdict::unjudged;
        totals.right += verdict == Verdict::right;
        totals.sure += sure && verdict != Verdict::unjudged;
        totals.sure_right += sure && verdict == Verdict::right;
        any_true |= verdict == Verdict::right;
        false_sure |= sure && verdict == Verdict::wrong;
        first_true |= leads && verdict == Verdict::right;
        first_unjudged |= leads && verdict == Verdict::unjudged;
    }
    auto const gist = gist_sentence(scene);
    if (gist) {
        bool const right = gist_is_right(photo, *scene.gist);
        totals.gists += 1;
        totals.gists_right += right;
        any_true |= right;
        first_true |= right && scene.objects.empty();
    }
    totals.photos += 1;
    totals.with_true += any_true;
    totals.with_false_sure += false_sure;
    bool const nameable = !photo.objects.empty() || !photo.gist.empty();
    totals.nameable += nameable;
    totals.first_true += nameable && (first_true || first_unjudged);
    totals.clear += !photo.objects.empty();
    totals.silent_clear += !photo.objects.empty() && scene.objects.empty() && !gist;
    for (auto const& truth : photo.objects) {
        bool const known = find_class(truth.label) != nullptr;
        totals.truths += known;
        totals.found += known && truth.found;
    }
    if (verbose) {
        std::cout << (false_sure   ? "FALSE "
                      : first_true ? "first "
                      : any_true   ? "true  "
                                   : "      ")
                  << photo.name << ":";
        for (auto const& sentence : sentences) {
            std::cout << " " << sentence;
        }
        std::cout << "\n";
    }
}

void print(char const* what, int part, int whole) {
    std::printf("%-58s %3d of %3d (%.0f %%)\n", what, part, whole, whole > 0 ? 100.0 * part / whole : 0.0);
}

void run(std::vector<std::string> arguments) {
    bool const verbose = arguments.back() == "-v";
    if (verbose) {
        arguments.pop_back();
    }
    auto detector = arguments.size() == 5 ? make_panel_detector({arguments[2], arguments[3], arguments[4]}, 2)
                                          : make_detector(arguments.at(2), 2);
    Totals totals;
    for (auto const& photo : read_photos(arguments.at(0))) {
        if (photo.lot == "test") {
            measure(*detector, photo, arguments.at(1), totals, verbose);
        }
    }
    print("something false said without doubt", totals.with_false_sure, totals.photos);
    print("at least one true thing said", totals.with_true, totals.photos);
    print("first sentence true, of photos with something to name", totals.first_true, totals.nameable);
    print("silent, of photos that show a thing clearly", totals.silent_clear, totals.clear);
    print("precision of what is said at all", totals.right, totals.said);
    print("precision of what is said without doubt", totals.sure_right, totals.sure);
    print("recall of labelled things of COCO", totals.found, totals.truths);
    print("what the whole picture may show, right", totals.gists_right, totals.gists);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: bench_photos LABELS FOLDER CENTERNET [NANODET CLASSIFIER] [-v]\n", stderr);
        return 2;
    }
    try {
        run({argv + 1, argv + argc});
    } catch (Error const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
