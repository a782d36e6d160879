// The module that reads and writes Parquet through Apache Arrow's library (rows/parquet.h). Arrow reports by status
// and throws, too; both become a sentence. Files may be hostile: sizes that they state are allocated from a pool that
// refuses more than a gigabyte.
#include "rows/parquet_module.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/json/api.h>
#include <nlohmann/json.hpp>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

namespace echollama::rows {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t most_memory = std::int64_t{1} << 30;
constexpr std::int64_t rows_at_once = 64;
constexpr int deepest = 4;                      // lists and structs within each other
constexpr std::int64_t most_elements = 1 << 20; // of a list, as many tokens as a row may have
constexpr std::size_t most_text = std::size_t{64} << 20;
constexpr std::int32_t most_parts = 20'000;    // of the file: columns, groups of rows
constexpr std::int32_t json_block = 128 << 20; // more than the longest row

void check(arrow::Status const& status) {
    if (!status.ok()) {
        throw std::runtime_error(status.message());
    }
}

template <class Value>
Value checked(arrow::Result<Value> result) {
    check(result.status());
    return std::move(result).ValueOrDie();
}

// Which columns a row may be read from: texts as texts, whatever Arrow stores them as.
bool is_text(arrow::DataType const& type) {
    switch (type.id()) {
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY: // older writers did not mark texts
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
        return true;
    case arrow::Type::DICTIONARY:
        return is_text(*static_cast<arrow::DictionaryType const&>(type).value_type());
    default:
        return false;
    }
}

Json json_of(arrow::Array const& array, std::int64_t i, int depth);

template <class ListArray>
Json list_json(arrow::Array const& array, std::int64_t i, int depth) {
    auto const& list = static_cast<ListArray const&>(array);
    if (list.value_length(i) > most_elements) {
        throw std::runtime_error("a list in it has more than a million elements");
    }
    Json json = Json::array();
    for (std::int64_t j = list.value_offset(i), end = j + list.value_length(i); j < end; ++j) {
        json.push_back(json_of(*list.values(), j, depth + 1));
    }
    return json;
}

Json struct_json(arrow::Array const& array, std::int64_t i, int depth) {
    auto const& record = static_cast<arrow::StructArray const&>(array);
    Json json = Json::object();
    for (int field = 0; field < record.num_fields(); ++field) {
        json[record.type()->field(field)->name()] = json_of(*record.field(field), i, depth + 1);
    }
    return json;
}

template <class TextArray>
Json text_json(arrow::Array const& array, std::int64_t i) {
    auto const text = static_cast<TextArray const&>(array).GetView(i);
    if (text.size() > most_text) {
        throw std::runtime_error("a text in it is longer than 64 MiB");
    }
    return std::string(text);
}

// What a row of texts, ids and counts is made of; anything else is null, which whoever reads the row refuses.
Json json_of(arrow::Array const& array, std::int64_t i, int depth) {
    if (depth > deepest || array.IsNull(i)) {
        return nullptr;
    }
    switch (array.type_id()) {
    case arrow::Type::STRING:
        return text_json<arrow::StringArray>(array, i);
    case arrow::Type::LARGE_STRING:
        return text_json<arrow::LargeStringArray>(array, i);
    case arrow::Type::STRING_VIEW:
        return text_json<arrow::StringViewArray>(array, i);
    case arrow::Type::BINARY:
        return text_json<arrow::BinaryArray>(array, i);
    case arrow::Type::LARGE_BINARY:
        return text_json<arrow::LargeBinaryArray>(array, i);
    case arrow::Type::BINARY_VIEW:
        return text_json<arrow::BinaryViewArray>(array, i);
    case arrow::Type::DICTIONARY: {
        auto const& words = static_cast<arrow::DictionaryArray const&>(array);
        auto const place = words.GetValueIndex(i);
        return place >= 0 && place < words.dictionary()->length() ? json_of(*words.dictionary(), place, depth + 1)
                                                                  : Json(nullptr);
    }
    case arrow::Type::LIST:
        return list_json<arrow::ListArray>(array, i, depth);
    case arrow::Type::LARGE_LIST:
        return list_json<arrow::LargeListArray>(array, i, depth);
    case arrow::Type::STRUCT:
        return struct_json(array, i, depth);
    case arrow::Type::INT8:
        return static_cast<arrow::Int8Array const&>(array).Value(i);
    case arrow::Type::UINT8:
        return static_cast<arrow::UInt8Array const&>(array).Value(i);
    case arrow::Type::INT16:
        return static_cast<arrow::Int16Array const&>(array).Value(i);
    case arrow::Type::UINT16:
        return static_cast<arrow::UInt16Array const&>(array).Value(i);
    case arrow::Type::INT32:
        return static_cast<arrow::Int32Array const&>(array).Value(i);
    case arrow::Type::UINT32:
        return static_cast<arrow::UInt32Array const&>(array).Value(i);
    case arrow::Type::INT64:
        return static_cast<arrow::Int64Array const&>(array).Value(i);
    case arrow::Type::UINT64:
        return static_cast<arrow::UInt64Array const&>(array).Value(i);
    case arrow::Type::FLOAT:
        return static_cast<arrow::FloatArray const&>(array).Value(i);
    case arrow::Type::DOUBLE:
        return static_cast<arrow::DoubleArray const&>(array).Value(i);
    case arrow::Type::BOOL:
        return static_cast<arrow::BooleanArray const&>(array).Value(i);
    default:
        return nullptr;
    }
}

// Leaves of the file's columns that are read. A picture under the name of a text is not.
std::vector<int> leaves_of(parquet::arrow::FileReader& reader) {
    std::vector<int> leaves;
    std::shared_ptr<arrow::Schema> schema;
    check(reader.GetSchema(&schema));
    auto const& file = *reader.parquet_reader()->metadata()->schema();
    for (int leaf = 0; leaf < file.num_columns(); ++leaf) {
        auto const& root = file.GetColumnRoot(leaf)->name();
        auto const known = std::find_if(columns.begin(), columns.end(), [&](auto const& c) { return c.name == root; });
        auto const field = schema->GetFieldByName(root); // null: twice
        bool const provenance = root == "image" || root == "teacher" || root == "base";
        if (known != columns.end() && field && (!provenance || is_text(*field->type()))) {
            leaves.push_back(leaf);
        }
    }
    return leaves;
}

std::unique_ptr<parquet::arrow::FileReader> reader_of(char const* path, arrow::MemoryPool& pool) {
    auto file = checked(arrow::io::ReadableFile::Open(path, &pool));
    parquet::ReaderProperties how(&pool);
    how.enable_buffered_stream(); // pages one by one, not whole columns
    how.set_thrift_container_size_limit(most_parts);
    parquet::ArrowReaderProperties arrow_how;
    arrow_how.set_batch_size(rows_at_once);
    arrow_how.set_pre_buffer(false);
    arrow_how.set_use_threads(false);
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(file, how));
    return checked(builder.memory_pool(&pool)->properties(arrow_how)->Build());
}

// False: a row was not taken.
bool read(char const* path, TakeRow take, void* self) {
    arrow::CappedMemoryPool pool(arrow::default_memory_pool(), most_memory);
    auto const reader = reader_of(path, pool);
    std::vector<int> groups;
    for (int group = 0; group < reader->num_row_groups(); ++group) {
        groups.push_back(group);
    }
    auto const leaves = leaves_of(*reader);
    if (leaves.empty()) {
        throw std::runtime_error("it has no column 'prompt' or 'prompt_ids'");
    }
    auto const batches = checked(reader->GetRecordBatchReader(groups, leaves));
    while (auto const batch = checked(batches->Next())) {
        check(batch->Validate());
        for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
            Json row;
            for (int column = 0; column < batch->num_columns(); ++column) {
                auto value = json_of(*batch->column(column), i, 0);
                if (!value.is_null()) {
                    row[batch->schema()->field(column)->name()] = std::move(value);
                }
            }
            auto const line = row.is_null() ? "{}" : row.dump(-1, ' ', false, Json::error_handler_t::replace);
            if (take(self, line.data(), line.size()) != 0) {
                return false;
            }
        }
    }
    return true;
}

std::shared_ptr<arrow::DataType> type_of(ColumnKind kind) {
    switch (kind) {
    case ColumnKind::token_ids:
        return arrow::list(arrow::int32());
    case ColumnKind::claims:
        return arrow::struct_({arrow::field("supported", arrow::int64()), arrow::field("contradicted", arrow::int64()),
                               arrow::field("unknown", arrow::int64())});
    default:
        return arrow::utf8();
    }
}

std::shared_ptr<arrow::Schema> schema_of(bool const* wanted) {
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (wanted[i]) {
            fields.push_back(arrow::field(columns[i].name, type_of(columns[i].kind)));
        }
    }
    return arrow::schema(fields);
}

void write(char const* jsonl, char const* path, bool const* wanted) {
    auto const schema = schema_of(wanted);
    auto const from = checked(arrow::io::ReadableFile::Open(jsonl));
    auto how = arrow::json::ParseOptions::Defaults();
    how.explicit_schema = schema;
    how.unexpected_field_behavior = arrow::json::UnexpectedFieldBehavior::Ignore;
    auto blocks = arrow::json::ReadOptions::Defaults();
    blocks.use_threads = false;
    blocks.block_size = json_block;
    auto const rows = checked(arrow::json::StreamingReader::Make(from, blocks, how));
    auto const to = checked(arrow::io::FileOutputStream::Open(path));
    auto const packed = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
    auto const writer = checked(parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), to, packed));
    while (auto const batch = checked(rows->Next())) {
        check(writer->WriteRecordBatch(*batch));
    }
    check(writer->Close());
    check(to->Close());
}

template <class Work>
ModuleEnd guarded(char* why, std::size_t why_bytes, Work const& work) {
    std::string told;
    try {
        return work() ? module_done : module_stopped;
    } catch (std::exception const& error) {
        told = error.what();
    } catch (...) {
        told = "an unknown fault";
    }
    std::strncpy(why, told.c_str(), why_bytes - 1);
    why[why_bytes - 1] = '\0';
    return module_failed;
}

} // namespace
} // namespace echollama::rows

// The only names that leave the module.
#pragma GCC visibility push(default)
extern "C" {

echollama::rows::ModuleEnd echollama_read_parquet(char const* path, echollama::rows::TakeRow take, void* self,
                                                  char* why, std::size_t why_bytes) {
    return echollama::rows::guarded(why, why_bytes, [&] { return echollama::rows::read(path, take, self); });
}

echollama::rows::ModuleEnd echollama_write_parquet(char const* jsonl, char const* path, bool const* wanted, char* why,
                                                   std::size_t why_bytes) {
    return echollama::rows::guarded(why, why_bytes, [&] {
        echollama::rows::write(jsonl, path, wanted);
        return true;
    });
}
}
#pragma GCC visibility pop
