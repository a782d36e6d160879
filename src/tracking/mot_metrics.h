// How well things were followed, by the standard definitions: CLEAR MOT (Bernardin and Stiefelhagen 2008) and IDF1
// (Ristani et al. 2016), as py-motmetrics computes them.
#pragma once

#include "scene/types.h"

#include <string>
#include <vector>

namespace echollama {

struct MarkedBox {
    int identity = 0;
    Box box;
};

// One picture: what is there, and what was told.
struct MotFrame {
    std::vector<MarkedBox> truth, told;
};

struct MotScore {
    int frames = 0, truths = 0, told = 0;
    int matches = 0, misses = 0, invented = 0, switches = 0;
    int id_matches = 0; // IDTP

    double mota() const; // 1 - (misses + invented + switches) / truths
    double idf1() const; // 2 IDTP / (truths + told)
};

// Boxes match from an overlap of a half on. Each frame keeps the pairs of the frame before that still match, then pairs
// the rest at the least cost; a thing that is paired with another identity than last time is a switch. Frames of one
// film, in order.
MotScore mot_score(std::vector<MotFrame> const& frames);

// Sums over films.
MotScore& operator+=(MotScore& sum, MotScore const& one);

// Lines of the MOTChallenge layout, "frame,id,left,top,width,height,1,-1,-1,-1", frames from 1; for other programs.
enum class MotSide { truth, told };
std::string mot_lines(std::vector<MotFrame> const& frames, MotSide side);

} // namespace echollama
