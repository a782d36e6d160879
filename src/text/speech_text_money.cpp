// Amounts of money, the sign before or behind them.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

namespace echollama::speech {
namespace {

// clang-format off
constexpr Currency currencies[] = {
    {"USD$", "US dollar", "US dollars", "cent", "cents"}, {"US$", "US dollar", "US dollars", "cent", "cents"}, {"AU$", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"A$", "Australian dollar", "Australian dollars", "cent", "cents"}, {"CA$", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"C$", "Canadian dollar", "Canadian dollars", "cent", "cents"}, {"NZ$", "New Zealand dollar", "New Zealand dollars", "cent", "cents"},
    {"HK$", "Hong Kong dollar", "Hong Kong dollars", "cent", "cents"}, {"S$", "Singapore dollar", "Singapore dollars", "cent", "cents"},
    {"R$", "real", "reais", "centavo", "centavos"}, {"$", "dollar", "dollars", "cent", "cents"},
    {"€", "euro", "euros", "cent", "cents"}, {"£", "pound", "pounds", "penny", "pence"}, {"¥", "yen", "yen", "", ""},
    {"₹", "rupee", "rupees", "paisa", "paise"}, {"₩", "won", "won", "", ""}, {"₽", "ruble", "rubles", "kopeck", "kopecks"},
    {"₺", "lira", "lira", "kurus", "kurus"}, {"₪", "shekel", "shekels", "agora", "agorot"}, {"₴", "hryvnia", "hryvnias", "kopeck", "kopecks"},
    {"₫", "dong", "dong", "", ""}, {"₱", "peso", "pesos", "centavo", "centavos"}, {"₦", "naira", "naira", "kobo", "kobo"},
    {"฿", "baht", "baht", "satang", "satang"}, {"₿", "bitcoin", "bitcoins", "", ""}, {"₡", "colon", "colones", "", ""},
    {"¢", "cent", "cents", "", ""}, {"USD", "US dollar", "US dollars", "cent", "cents"}, {"EUR", "euro", "euros", "cent", "cents"},
    {"GBP", "pound", "pounds", "penny", "pence"}, {"CHF", "Swiss franc", "Swiss francs", "centime", "centimes"},
    {"JPY", "yen", "yen", "", ""}, {"CNY", "yuan", "yuan", "fen", "fen"}, {"INR", "rupee", "rupees", "paisa", "paise"},
    {"AUD", "Australian dollar", "Australian dollars", "cent", "cents"}, {"CAD", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"NZD", "New Zealand dollar", "New Zealand dollars", "cent", "cents"}, {"SEK", "Swedish krona", "Swedish kronor", "", ""},
    {"NOK", "Norwegian krone", "Norwegian kroner", "", ""}, {"DKK", "Danish krone", "Danish kroner", "", ""},
    {"PLN", "zloty", "zlotys", "grosz", "groszy"}, {"CZK", "Czech koruna", "Czech korunas", "", ""}, {"HUF", "forint", "forints", "", ""},
    {"RUB", "ruble", "rubles", "kopeck", "kopecks"}, {"BRL", "real", "reais", "centavo", "centavos"},
    {"MXN", "Mexican peso", "Mexican pesos", "centavo", "centavos"}, {"ZAR", "rand", "rand", "cent", "cents"},
    {"KRW", "won", "won", "", ""}, {"Rs.", "rupee", "rupees", "paisa", "paise"}, {"Rs", "rupee", "rupees", "paisa", "paise"},
};
// clang-format on

struct Magnitude {
    std::string_view written, spoken;
};

constexpr Magnitude magnitudes[] = {
    {"million", "million"}, {"billion", "billion"}, {"trillion", "trillion"}, {"thousand", "thousand"},
    {"hundred", "hundred"}, {"bn", "billion"},      {"mn", "million"},        {"tn", "trillion"},
    {"k", "thousand"},      {"K", "thousand"},      {"m", "million"},         {"M", "million"},
    {"mm", "million"},      {"MM", "million"},      {"b", "billion"},         {"B", "billion"},
    {"T", "trillion"},
};

struct Money {
    Amount amount;
    Magnitude const* magnitude = nullptr;
    std::size_t end = 0;
};

// The amount at `at` with "million" or what is short for it.
std::optional<Money> money_at(std::string_view text, std::size_t at) {
    auto amount = amount_at(text, at);
    if (!amount) {
        return std::nullopt;
    }
    bool const comma = !amount->grouped && amount->fraction.empty() && char_at(text, amount->end) == ',' &&
                       digits_at(text, amount->end + 1) == 2 &&
                       !(char_at(text, amount->end + 3) == ',' && is_digit(char_at(text, amount->end + 4)));
    if (comma) { // "€5,99"
        amount->fraction = text.substr(amount->end + 1, 2);
        amount->end += 3;
    }
    auto const end = amount->end;
    auto const gap = is_in(" -", char_at(text, end)) ? 1U : 0U;
    auto const word = letters_at(text, end + gap);
    for (auto const& magnitude : magnitudes) {
        bool const hyphened = gap && text[end] == '-' && word.size() < 7; // "$5-m" is none
        if (word == magnitude.written && !hyphened && !letter_at(text, end + gap + word.size())) {
            return Money{*amount, &magnitude, end + gap + word.size()};
        }
    }
    return Money{*amount, nullptr, end};
}

// The hundredths, when there are whole ones: "5" is fifty, "500" too.
std::string hundredths(std::string fraction) {
    while (fraction.size() > 2 && fraction.ends_with('0')) {
        fraction.pop_back();
    }
    return fraction.size() == 1 ? fraction + '0' : fraction;
}

// "five dollars and fifty cents"
std::string money_words(Money const& money, Currency const& currency) {
    auto const& amount = money.amount;
    if (money.magnitude) {
        return amount_words(amount) + " " + std::string(money.magnitude->spoken) + " " + currency.many;
    }
    auto const part = hundredths(amount.fraction);
    if (part.size() != 2 || amount.integer.size() > 15 || !*currency.cent) {
        return amount_words(amount) + " " + (amount.is_one() ? currency.one : currency.many);
    }
    auto const cents = std::stoul(part);
    auto const cent_words = cardinal_words(cents) + " " + (cents == 1 ? currency.cent : currency.cents);
    bool const none = amount.integer.empty() || amount.integer == "0";
    if (none && cents > 0) {
        return cent_words;
    }
    auto words = none ? std::string("zero ") + currency.many
                      : integer_words(amount.integer) + " " + (amount.integer == "1" ? currency.one : currency.many);
    return cents == 0 ? words : words + " and " + cent_words;
}

} // namespace

Currency const* currency_at(std::string_view text) {
    if (text.empty() || !(is_upper(text[0]) || text[0] == '$' || static_cast<unsigned char>(text[0]) >= 0xC2)) {
        return nullptr;
    }
    for (auto const& currency : currencies) {
        std::string_view const symbol = currency.symbol;
        if (symbol[0] == text[0] && text.starts_with(symbol) &&
            !(is_ascii_letter(symbol.back()) && letter_at(text, symbol.size()))) {
            return &currency;
        }
    }
    return nullptr;
}

bool read_money(Scan& scan) {
    auto const* currency = currency_at(scan.rest());
    if (!currency) {
        return false;
    }
    auto const symbol = std::string_view(currency->symbol);
    auto at = scan.at + symbol.size();
    at += char_at(scan.text, at) == ' ' ? 1U : 0U;
    bool const minus = char_at(scan.text, at) == '-';
    auto const money = money_at(scan.text, at + (minus ? 1 : 0));
    if (!money) {
        return false;
    }
    if (minus) {
        scan.say("minus");
    }
    auto const dash = dash_at(scan.text, money->end);
    auto const second = dash ? money_at(scan.text, money->end + dash) : std::nullopt;
    if (!second || in_equation(scan.text, money->end)) { // "$5-$10" comes here twice
        scan.say(money_words(*money, *currency));
        scan.at = money->end;
        return true;
    }
    bool const whole = money->amount.fraction.empty() && second->amount.fraction.empty() && !money->magnitude;
    auto const first_words = whole ? amount_words(money->amount) : money_words(*money, *currency);
    scan.say(first_words + " to " + money_words(*second, *currency));
    scan.at = second->end;
    return true;
}

bool read_money_behind(Scan& scan, Amount const& number) {
    auto const money = money_at(scan.text, scan.at);
    auto const end = money ? money->end : number.end;
    auto const gap = char_at(scan.text, end) == ' ' ? 1U : 0U;
    auto const* currency = currency_at(from(scan.text, end + gap));
    if (!currency || (money->amount.fraction.empty() && !money->magnitude)) {
        return false;
    }
    auto const after = end + gap + std::string_view(currency->symbol).size();
    if (gap && is_digit(char_at(scan.text, after))) { // "5.50 $3" is two
        return false;
    }
    scan.say(money_words(*money, *currency));
    scan.at = after;
    return true;
}

} // namespace echollama::speech
