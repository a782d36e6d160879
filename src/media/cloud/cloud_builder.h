// What the readers of all cloud formats need alike: places without loss, colours of every number type.
#pragma once

#include "media/cloud/point_cloud.h"
#include "media/cloud/point_cloud_fields.h"

#include <array>
#include <vector>

namespace echollama {

// Takes places in double precision. World coordinates (a UTM northing of 5,000,000 metres) leave a float half a metre:
// the middle of the first usable points, in whole units, is subtracted before they become floats, and is kept as the
// cloud's origin. Clouds near their own origin are left as they are.
class PlaceCollector {
  public:
    void add(double x, double y, double z);
    void reserve(std::size_t points) { places_.reserve(points); }
    std::size_t size() const { return first_.size() + places_.size(); }
    // The places, and their origin: to be called once, at the end.
    void finish(PointCloud& cloud);

  private:
    void settle();

    std::vector<std::array<double, 3>> first_; // until the origin is settled
    std::size_t usable_ = 0;                   // of first_
    std::array<double, 3> origin_{};
    bool settled_ = false;
    std::vector<Vec3> places_;
};

// Takes colours as their file has them and gives bytes. Which number is full brightness is told by the type and the
// largest number: a byte's is 255; wider whole numbers hold 255, 1023, 4095, 65535 or the type's own largest; floats
// hold 1, 255 or 65535.
class ColorCollector {
  public:
    explicit ColorCollector(fields::Kind kind) : kind_(kind) {}

    void add(double red, double green, double blue);
    void reserve(std::size_t points) { kind_ == fields::Kind::u8 ? bytes_.reserve(points) : colors_.reserve(points); }
    // To be called once, at the end.
    std::vector<std::array<std::uint8_t, 3>> finish();

  private:
    fields::Kind kind_;
    double largest_ = 0;
    std::vector<std::array<float, 3>> colors_;
    std::vector<std::array<std::uint8_t, 3>> bytes_; // of u8, which need no scale
};

// The unit that a comment near the beginning names ("# File units = meters", "comment unit: mm"), as units a metre; 0:
// none does.
float units_in_comments(std::span<char const> bytes);

} // namespace echollama
