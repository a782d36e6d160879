// In which order lines of text are read. Pure geometry.
#pragma once

#include "scene/types.h"

#include <vector>

namespace echollama {

// Degrees that the line runs clockwise from left to right: 0 for an upright line, near 180 for one upside down.
float angle_of(TextLine const& line);

// The words joined with spaces.
std::string text_of(TextLine const& line);

// The lines as they are read: pieces of one row joined from left to right, rows gathered into blocks (paragraphs,
// columns, signs), blocks in order, and TextLine::block set. All positions are taken along the direction in which most
// of the text runs, so that a page may lie askew or upside down. Blocks: a row belongs to the one above it when it is
// about as high, begins no farther below than a line's height and shares most of the narrower one's width. Order of
// blocks: an upper one before a lower one where they overlap sideways; a left one before a right one unless a third
// that overlaps both lies between them in height (Breuel 2003, "High performance document layout analysis"). A column
// of short entries whose rows stand beside those of another ("Tea ... 2.50") is read row by row.
std::vector<TextLine> in_reading_order(std::vector<TextLine> lines);

} // namespace echollama
