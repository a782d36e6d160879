// Several networks as one Detector: boxes that several of them draw around the same thing become one find, and what
// each of them (and a classifier that looks at the box alone) thinks of it becomes one probability.
#pragma once

#include "scene/types.h"

#include <array>
#include <optional>
#include <vector>

namespace echollama {

inline constexpr std::size_t panel_members = 2; // CenterNet, NanoDet

// One label of one place. Places where several labels of a kind (a cat and a dog) compete share `place`.
struct PanelFind {
    std::string label;
    int label_id = -1;
    std::size_t place = 0;
    Box box;                                   // mean of the members' boxes, each weighing as its score
    std::array<float, panel_members> scores{}; // 0: the member does not see it
    std::optional<float> share; // of the classifier's probability that speaks for this label (vision/classifier.h);
                                // none: not asked, or ImageNet has no class for it
};

// Weaker candidates tell nothing (a member that does not see a thing counts as this score).
inline constexpr float panel_least_score = 0.05F;

// Candidates of each member, any order, boxes within the picture. Two boxes are one place when they are of one kind of
// thing and overlap by half (intersection over union), the best candidates first (weighted box fusion, Solovyev et al.
// 2019, arXiv 1910.13302). A box that lies inside a larger one of the same label, and is no better, is a part of it and
// left out.
std::vector<PanelFind> panel_finds(std::array<std::vector<Detection>, panel_members> const& candidates);

// How probable it is that the label is right: logistic regression on the members' log odds and the classifier's log
// share, fitted by tests/tools/fit_panel.py on pictures that no test measures (docs/performance.md, "The panel of
// detectors").
float panel_probability(PanelFind const& find);

// One object for each place: its most probable label, where that passes the threshold, or where all labels of the place
// together do and doubt is told by the kind ("an animal, perhaps a cat or a dog"); a label at least half as probable is
// its alternative. Most probable first.
std::vector<Detection> panel_objects(std::vector<PanelFind> const& finds, float threshold);

} // namespace echollama
