#include "formats/pickle.h"

#include "formats/file_bytes.h"

#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>

namespace echollama::convert::pickle {
namespace {

// No model needs more. Counts values, their elements and their text (16 bytes are one), so that a small file cannot ask
// for much memory.
constexpr std::size_t max_cost = 16'000'000;

std::optional<DType> storage_type(std::string const& name) {
    static std::map<std::string, DType> const types{
        {"torch DoubleStorage", DType::f64},    {"torch FloatStorage", DType::f32}, {"torch HalfStorage", DType::f16},
        {"torch BFloat16Storage", DType::bf16}, {"torch LongStorage", DType::i64},  {"torch IntStorage", DType::i32},
        {"torch ShortStorage", DType::i16},     {"torch CharStorage", DType::i8},   {"torch ByteStorage", DType::u8},
        {"torch BoolStorage", DType::boolean}};
    auto found = types.find(name);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

bool is_tensor_maker(std::string const& name) {
    return name == "torch._utils _rebuild_tensor_v2" || name == "torch._utils _rebuild_tensor";
}

bool is_allowed(std::string const& name) {
    return name == "collections OrderedDict" || name == "argparse Namespace" || name == "types SimpleNamespace" ||
           name == "torch Size" || name == "torch device" || name == "torch._utils _rebuild_parameter" ||
           is_tensor_maker(name) || storage_type(name);
}

class Machine {
  public:
    Machine(std::vector<std::uint8_t> const& bytes, std::size_t begin,
            std::function<void(std::string const&)> const& fail)
        : bytes_(bytes), at_(begin), report_(fail) {}

    Pickle run() {
        while (true) {
            auto opcode = static_cast<char>(number(1));
            if (opcode == '.') {
                break;
            }
            step(opcode);
        }
        Index root = pop();
        return {std::move(values_), root, at_};
    }

  private:
    [[noreturn]] void fail(std::string const& reason) const {
        report_(reason);
        throw std::logic_error("pickle: fail must throw");
    }

    // --- bytes ---
    std::uint64_t number(int width) {
        need(static_cast<std::uint64_t>(width));
        auto value = little_endian(bytes_, at_, width);
        at_ += static_cast<std::size_t>(width);
        return value;
    }
    void need(std::uint64_t count) const {
        if (count > bytes_.size() - at_) {
            fail("its list of tensors is cut short");
        }
    }
    std::string chars(std::uint64_t count) {
        need(count);
        std::string text(reinterpret_cast<char const*>(bytes_.data()) + at_, static_cast<std::size_t>(count));
        at_ += static_cast<std::size_t>(count);
        return text;
    }
    std::string line() {
        std::string text;
        for (char c = static_cast<char>(number(1)); c != '\n'; c = static_cast<char>(number(1))) {
            text += c;
        }
        return text;
    }

    // --- stack ---
    void pay(std::size_t cost) {
        cost_ += cost;
        if (cost_ > max_cost) {
            fail("its list of tensors is longer than any model's");
        }
    }
    Index make(Value value) {
        pay(1 + value.items.size() + value.text.size() / 16);
        values_.push_back(std::move(value));
        return static_cast<Index>(values_.size() - 1);
    }
    void push(Index index) { stack_.push_back(index); }
    void push(Value value) { push(make(std::move(value))); }
    void push_integer(std::int64_t value) {
        Value v;
        v.kind = Kind::integer;
        v.integer = value;
        push(std::move(v));
    }
    void push_text(std::string text) {
        Value v;
        v.kind = Kind::text;
        v.text = std::move(text);
        push(std::move(v));
    }
    void push_kind(Kind kind, std::vector<Index> items = {}) {
        Value v;
        v.kind = kind;
        v.items = std::move(items);
        push(std::move(v));
    }
    Index pop() {
        if (stack_.empty()) {
            fail("its list of tensors is damaged");
        }
        Index top = stack_.back();
        stack_.pop_back();
        return top;
    }
    Index top() {
        Index index = pop();
        push(index);
        return index;
    }
    // Everything above the last mark, which is removed.
    std::vector<Index> pop_to_mark() {
        std::vector<Index> items;
        for (Index index = pop(); values_[index].kind != Kind::mark; index = pop()) {
            items.push_back(index);
        }
        return {items.rbegin(), items.rend()};
    }
    std::vector<Index> pop_some(int count) {
        std::vector<Index> items(static_cast<std::size_t>(count));
        for (std::size_t i = items.size(); i-- > 0;) {
            items[i] = pop();
        }
        return items;
    }
    void extend(Index container, std::vector<Index> const& items) {
        auto& value = values_[container];
        if (value.kind == Kind::ignored) {
            return;
        }
        if (value.kind != Kind::sequence && value.kind != Kind::dictionary) {
            fail("its list of tensors is damaged");
        }
        pay(items.size());
        value.items.insert(value.items.end(), items.begin(), items.end());
    }
    void set_items(std::vector<Index> const& items) {
        Index container = top();
        if (items.size() % 2 != 0 || values_[container].kind == Kind::sequence) {
            fail("its list of tensors is damaged");
        }
        extend(container, items);
    }
    void recall(std::uint64_t slot) {
        auto found = memo_.find(slot);
        if (found == memo_.end()) {
            fail("its list of tensors is damaged");
        }
        push(found->second);
    }

    // --- meaning ---
    void push_callable(std::string const& module, std::string const& name) {
        std::string full = module + " " + name;
        if (!is_allowed(full)) {
            fail("it asks for " + module + "." + name +
                 ", and a model file may hold nothing but numbers; save its state_dict as safetensors instead");
        }
        Value v;
        v.kind = Kind::callable;
        v.text = std::move(full);
        push(std::move(v));
    }
    void reduce() {
        Index arguments = pop();
        Index callable = pop();
        if (values_[callable].kind == Kind::ignored) {
            push_kind(Kind::ignored);
            return;
        }
        if (values_[callable].kind != Kind::callable || values_[arguments].kind != Kind::sequence) {
            fail("its list of tensors is damaged");
        }
        std::string const name = values_[callable].text;
        auto const items = values_[arguments].items;
        pay(items.size());
        if (name == "collections OrderedDict") {
            push_ordered(items);
        } else if (is_tensor_maker(name)) {
            push_tensor(items);
        } else if ((name == "torch._utils _rebuild_parameter" || name == "torch Size") && !items.empty()) {
            push(items[0]);
        } else {
            push_kind(Kind::ignored);
        }
    }
    // OrderedDict() or OrderedDict([(key, value), …])
    void push_ordered(std::vector<Index> const& arguments) {
        std::vector<Index> items;
        if (!arguments.empty()) {
            for (Index pair : values_[arguments[0]].items) {
                auto const& both = values_[pair];
                if (both.kind != Kind::sequence || both.items.size() != 2) {
                    fail("its list of tensors is damaged");
                }
                items.insert(items.end(), both.items.begin(), both.items.end());
            }
        }
        push_kind(Kind::dictionary, std::move(items));
    }
    // (storage, offset, shape, strides, …)
    void push_tensor(std::vector<Index> const& items) {
        if (items.size() < 4 || values_[items[0]].kind != Kind::storage || values_[items[1]].kind != Kind::integer ||
            values_[items[2]].kind != Kind::sequence || values_[items[3]].kind != Kind::sequence) {
            fail("one of its tensors is damaged");
        }
        Value v;
        v.kind = Kind::tensor;
        v.integer = values_[items[1]].integer;
        v.items = {items[0], items[2], items[3]};
        push(std::move(v));
    }
    // ('storage', type, key, device, count, …)
    void persistent() {
        auto const& id = values_[pop()];
        bool good = id.kind == Kind::sequence && id.items.size() >= 5 && values_[id.items[0]].text == "storage" &&
                    values_[id.items[1]].kind == Kind::callable && values_[id.items[2]].kind == Kind::text &&
                    values_[id.items[4]].kind == Kind::integer && values_[id.items[4]].integer >= 0;
        auto type = good ? storage_type(values_[id.items[1]].text) : std::nullopt;
        // old files: a sixth element other than None makes a view of a part
        if (!type || (id.items.size() > 5 && values_[id.items[5]].kind != Kind::none)) {
            fail("one of its tensors is damaged or of a kind that is not supported");
        }
        Value v;
        v.kind = Kind::storage;
        v.text = values_[id.items[2]].text;
        v.type = *type;
        v.integer = values_[id.items[4]].integer;
        push(std::move(v));
    }
    void push_long(std::uint64_t width) {
        need(width);
        if (width <= 8) {
            auto w = static_cast<int>(width);
            auto raw = number(w);
            if (w > 0 && w < 8 && (raw >> (8 * w - 1)) != 0) {
                raw |= ~std::uint64_t{0} << (8 * w); // negative
            }
            push_integer(static_cast<std::int64_t>(raw));
        } else { // such as the magic number of old files
            push_text(chars(width));
        }
    }
    void push_real() {
        std::uint64_t bits = 0; // big-endian
        for (int i = 0; i < 8; ++i) {
            bits = bits << 8U | number(1);
        }
        Value v;
        v.kind = Kind::real;
        std::memcpy(&v.real, &bits, sizeof bits);
        push(std::move(v));
    }
    void push_boolean(bool value) {
        Value v;
        v.kind = Kind::boolean;
        v.integer = value ? 1 : 0;
        push(std::move(v));
    }

    void step(char opcode) {
        if (!step_literal(opcode) && !step_container(opcode) && !step_object(opcode)) {
            fail("its list of tensors is damaged or of a kind that is not supported");
        }
    }
    bool step_literal(char opcode) {
        switch (static_cast<unsigned char>(opcode)) {
        case 'N':
            push_kind(Kind::none);
            return true;
        case 0x88:
        case 0x89:
            push_boolean(opcode == static_cast<char>(0x88));
            return true;
        case 'J':
            push_integer(static_cast<std::int32_t>(number(4)));
            return true;
        case 'K':
            push_integer(static_cast<std::int64_t>(number(1)));
            return true;
        case 'M':
            push_integer(static_cast<std::int64_t>(number(2)));
            return true;
        case 0x8a:
            push_long(number(1));
            return true;
        case 'G':
            push_real();
            return true;
        case 'X':
        case 'T':
        case 'B':
            push_text(chars(number(4)));
            return true;
        case 0x8c:
        case 'U':
        case 'C':
            push_text(chars(number(1)));
            return true;
        case 0x8d:
        case 0x8e:
            push_text(chars(number(8)));
            return true;
        default:
            return false;
        }
    }
    bool step_container(char opcode) {
        switch (static_cast<unsigned char>(opcode)) {
        case '}':
            push_kind(Kind::dictionary);
            return true;
        case ']':
        case ')':
            push_kind(Kind::sequence);
            return true;
        case '(':
            push_kind(Kind::mark);
            return true;
        case 't':
        case 'l':
            push_kind(Kind::sequence, pop_to_mark());
            return true;
        case 0x85:
        case 0x86:
        case 0x87:
            push_kind(Kind::sequence, pop_some(static_cast<unsigned char>(opcode) - 0x84));
            return true;
        case 'a': {
            auto item = pop();
            extend(top(), {item});
            return true;
        }
        case 'e': {
            auto items = pop_to_mark();
            extend(top(), items);
            return true;
        }
        case 's':
            set_items(pop_some(2));
            return true;
        case 'u':
            set_items(pop_to_mark());
            return true;
        case '0':
            pop();
            return true;
        case '1':
            pop_to_mark();
            return true;
        default:
            return false;
        }
    }
    bool step_object(char opcode) {
        switch (static_cast<unsigned char>(opcode)) {
        case 0x80: // protocol
            number(1);
            return true;
        case 0x95: // frame
            number(8);
            return true;
        case 'q':
            memo_[number(1)] = top();
            return true;
        case 'r':
            memo_[number(4)] = top();
            return true;
        case 0x94:
            memo_[memo_.size()] = top();
            return true;
        case 'h':
            recall(number(1));
            return true;
        case 'j':
            recall(number(4));
            return true;
        case 'c': {
            auto module = line();
            push_callable(module, line());
            return true;
        }
        case 0x93: {
            auto both = pop_some(2);
            std::string const module = values_[both[0]].text, name = values_[both[1]].text;
            push_callable(module, name);
            return true;
        }
        case 'Q':
            persistent();
            return true;
        case 'R':
        case 0x81:
            reduce();
            return true;
        case 'b': // attributes of an object: none is needed
            pop();
            top();
            return true;
        default:
            return false;
        }
    }

    std::vector<std::uint8_t> const& bytes_;
    std::size_t at_;
    std::function<void(std::string const&)> const& report_;
    std::vector<Value> values_;
    std::vector<Index> stack_;
    std::map<std::uint64_t, Index> memo_;
    std::size_t cost_ = 0;
};

} // namespace

Pickle read_pickle(std::vector<std::uint8_t> const& bytes, std::size_t begin,
                   std::function<void(std::string const& reason)> const& fail) {
    return Machine(bytes, begin, fail).run();
}

} // namespace echollama::convert::pickle
