// Model files as they are published: named tensors, read as float32, whatever the container is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echollama::convert {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

std::size_t dtype_bytes(DType type);
std::string dtype_name(DType type); // as safetensors writes it: "F32", "BF16", …
bool is_floating(DType type);

// One tensor and where its numbers lie in the file. Readers promise that every element is inside the file.
struct CheckpointTensor {
    std::string name;
    DType type = DType::f32;
    std::vector<std::int64_t> shape;   // PyTorch order, slowest dimension first; empty: one number
    std::vector<std::int64_t> strides; // in elements, not negative, one a dimension
    std::uint64_t offset = 0;          // of element 0, bytes from the start of the file
    std::size_t part = 0;              // which file of a checkpoint that is split over several
};

// Names, shapes and numbers of a model, in one file or split over several. Read-only after opening; the files stay on
// the disk and each read() opens them again, so that only one tensor is in memory at a time.
class Checkpoint {
  public:
    Checkpoint(std::filesystem::path path, std::vector<CheckpointTensor> tensors,
               std::map<std::string, std::string> metadata = {});
    // One checkpoint out of its parts; throws Error when two hold the same tensor. `path` is how errors call the whole.
    Checkpoint(std::filesystem::path path, std::vector<Checkpoint> const& parts);

    std::string file() const { return path_.string(); }
    std::filesystem::path const& path() const { return path_; }
    std::filesystem::path folder() const; // where the files that were published with it lie
    std::vector<CheckpointTensor> const& tensors() const { return tensors_; } // in the file's order
    std::map<std::string, std::string> const& metadata() const { return metadata_; }

    bool has(std::string const& name) const { return index_.contains(name); }
    // Throws Error naming the file and the tensor when there is none.
    CheckpointTensor const& tensor(std::string const& name) const;

    // All elements in row-major order, as float32 (float64 and integers are rounded). With a shape: also checks it.
    std::vector<float> read(std::string const& name) const;
    std::vector<float> read(std::string const& name, std::vector<std::int64_t> const& shape) const;
    // Rows [first, first + count) of a tensor's first dimension; all of it need not fit into memory.
    std::vector<float> read_rows(std::string const& name, std::int64_t first, std::int64_t count) const;

  private:
    std::filesystem::path path_;
    std::vector<std::filesystem::path> parts_;
    std::vector<CheckpointTensor> tensors_;
    std::map<std::string, std::string> metadata_;
    std::map<std::string, std::size_t> index_;
};

// safetensors or PyTorch (.pt, .pth, .bin), told apart by content; the folder of a published model; or the
// .index.json of a split one. Throws Error with one sentence when the file is missing, none of them, cut short or
// inconsistent.
Checkpoint open_checkpoint(std::filesystem::path const& path);

// No model has more; readers refuse what is above.
inline constexpr std::size_t max_dimensions = 8;
inline constexpr std::uint64_t max_dimension = 1ULL << 40U;

// Elements of a shape; -1 when a dimension is negative or the product does not fit.
std::int64_t element_count(std::vector<std::int64_t> const& shape);
// Of a shape whose element_count() is not -1.
std::vector<std::int64_t> row_major_strides(std::vector<std::int64_t> const& shape);

} // namespace echollama::convert
