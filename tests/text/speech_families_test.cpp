// One table for each kind of thing that is written otherwise than it is spoken.
#include "text/speech_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace echollama {
namespace {

struct Case {
    char const* written;
    char const* spoken;
};

void expect_spoken(std::vector<Case> const& cases) {
    for (auto const& [written, spoken] : cases) {
        EXPECT_EQ(normalise_for_speech(written), spoken) << written;
    }
}

TEST(SpeechFamilies, FeetAndInchesInTheirMarks) {
    expect_spoken({
        {"6\" and 5'", "six inches and five feet"},
        {"1\" or 1'", "one inch or one foot"},
        {"24\"-36\" wide", "twenty-four inches to thirty-six inches wide"},
        {"5'10\", 6' 2\", 5\u203210\u2033, 5'10",
         "five feet ten inches, six feet two inches, five feet ten inches, five feet ten"
         " inches"},
        {"5 ft. 10 in. tall", "five feet ten inches tall"},
        {"3\" x 5\" card", "three inches by five inches card"},
        {"He said \"it is 5\" and left.", "He said it is five and left."}, // a quotation ends there
        {"He said \"a 6\" nail\"", "He said a six nail"},
        {"The step is 5 in. high.", "The step is five inches high."},
        {"I put 5 in the box.", "I put five in the box."},
        {"It is 12 in. The rest", "It is twelve inches. The rest"},
        {"40°26'46\"N, 79° W", "forty degrees twenty-six minutes forty-six seconds north, seventy-nine degrees west"},
        {"Turn 90° left, 1° more", "Turn ninety degrees left, one degree more"},
    });
}

TEST(SpeechFamilies, RangesBetweenAnything) {
    expect_spoken({
        {"9am-5pm", "nine AM to five PM"},
        {"9-11 am", "nine to eleven AM"},
        {"10:00–12:30", "ten o'clock to twelve thirty"},
        {"10:00 - 12:30", "ten o'clock to twelve thirty"},
        {"1m-2m, 5 m – 10 m", "one metre to two metres, five metres to ten metres"},
        {"5-10 m, 50–60%, 20-25°C",
         "five to ten metres, fifty to sixty percent, twenty to twenty-five degrees Celsius"},
        {"Mon–Fri, Jan-Mar, Monday - Friday", "Monday to Friday, January to March, Monday to Friday"},
        {"$5-$10, $5-10, €1.50–2.50, $5M-$10M", "five dollars to ten dollars, five to ten dollars, one euro and fifty "
                                                "cents to two euros and fifty cents, five "
                                                "million dollars to ten million dollars"},
        {"1960s-80s, 1999–2004, 2019-20",
         "nineteen sixties to eighties, nineteen ninety-nine to two thousand four, twenty "
         "nineteen to twenty"},
        {"1st-3rd, May 5-7, 5–7 May", "first to third, May fifth to seventh, the fifth to seventh of May"},
        {"10—12", "ten to twelve"},
        {"1-2-3", "one, two, three"},
        {"won 3-2", "won three to two"},
    });
}

TEST(SpeechFamilies, HyphenOrMinus) {
    expect_spoken({
        {"10 - 5 = 5", "ten minus five equals five"},
        {"10 - 5", "ten minus five"},
        {"5 - 10 people", "five to ten people"},
        {"1-2=-1, 8=10-2", "one minus two equals minus one, eight equals ten minus two"},
        {"-5, -$5, −5 °C, (-3)", "minus five, minus five dollars, minus five degrees Celsius, minus three"},
        {"5-year-old, covid-19, a word - a pause", "five-year-old, covid nineteen, a word, a pause"},
        {"grade B-.", "grade B minus."},
        {"use -v or --help", "use dash v or dash help"},
    });
}

TEST(SpeechFamilies, PerAndSlash) {
    expect_spoken({
        {"3x/day, 2x, 4x4", "three times per day, two times, four by four"},
        {"$5/month, $1/d, 12/kg, 5 kg/m³",
         "five dollars per month, one dollar per day, twelve per kilogram, five kilograms per "
         "cubic metre"},
        {"left/right, TCP/IP, he/she", "left slash right, TCP slash IP, he or she"},
        {"10 / 2 = 5, 10/2=5", "ten divided by two equals five, ten divided by two equals five"},
        {"24/7, 9/11, 50/50, 120/80", "twenty-four seven, nine eleven, fifty fifty, one hundred twenty over eighty"},
        {"22/3, 3 5/2, 2/4th, 1/2 m, 1-1/2 in",
         "twenty-two thirds, three and five halves, two quarters, one half of a metre, one "
         "and a half inches"},
        {"1/2007, 1/0", "one slash two thousand seven, one slash zero"},
    });
}

TEST(SpeechFamilies, Addresses) {
    expect_spoken({
        {"He lived at 1428 Elm St. It was dark.", "He lived at fourteen twenty-eight Elm Street. It was dark."},
        {"at 1428 Elm St. near", "at fourteen twenty-eight Elm Street near"},
        {"the Elm St. It was", "the Elm Street. It was"},
        {"12 Main St. near St. John", "twelve Main Street near Saint John"},
        {"12 S 1st st, 708 N. Oak Ave", "twelve South first Street, seven oh eight North Oak Avenue"},
        {"2788 San Tomas Expy, Reno, NV 89501-1234", "twenty-seven eighty-eight San Tomas Expressway, Reno, Nevada "
                                                     "eight nine five zero one dash one two three four"},
        {"10500 Big Oak Blvd.", "one oh five hundred Big Oak Boulevard."},
        {"I see 3 Red chairs.", "I see three Red chairs."},
    });
}

TEST(SpeechFamilies, KeysTagsAndEntities) {
    expect_spoken({
        {"Press <Enter> or <A>, <b>bold</b>, <B>too</B>", "Press Enter or A, bold, too"},
        {"<Select> and <select name=x>", "Select and"},
        {"Dear <your name>,", "Dear your name"},
        {"&#8364;5, &euro;5, &#x20AC;5, 5 &cent;", "five euros, five euros, five euros, five cents"},
        {"&eacute;t&eacute;, a &lt; b, &hi;", "été, a less than b, and hi"},
        {"Ctrl+Alt+Del, A+, 18+", "Control plus Alt plus Del, A plus, eighteen plus"},
        {"&#0; &#x110000; &#;", "and number zero; and hashtag x one hundred ten thousand; and hash"},
    });
}

TEST(SpeechFamilies, RomanNumeralsOfPagesAndRulers) {
    expect_spoken({
        {"World War II and Louis XIV", "World War two and Louis the fourteenth"},
        {"Chapter IV, part X, Section V, Type II", "Chapter four, part ten, Section five, Type two"},
        {"the XIX century, Elizabeth I.", "the nineteenth century, Elizabeth the first."},
        {"Sam and I, vitamin C, an IV drip, a CD, XL", "Sam and I, vitamin C, an IV drip, a CD, XL"},
        {"Final Fantasy VII", "Final Fantasy seven"},
        {"Chapter I read", "Chapter I read"},
        {"Chapter I.", "Chapter one."},
        {"Chapter IIII", "Chapter IIII"}, // no numeral
    });
}

TEST(SpeechFamilies, ShortForms) {
    expect_spoken({
        {"Lt. Col. Smith spoke.", "Lieutenant Colonel Smith spoke."},
        {"dr. Evil, mrs. Norris, Sgt. Pepper", "Doctor Evil, Misses Norris, Sergeant Pepper"},
        {"No. 5, Nos. 3-4, Fig. 2, p. 7", "number five, numbers three to four, Figure two, page seven"},
        {"Is it safe? No. 3 cars are coming.", "Is it safe? No. three cars are coming."},
        {"approx. 5 min. walk", "approximately five minutes walk"},
        {"the U.S. Army. In the U.S. It is big.", "the US Army. In the US. It is big."},
        {"1:59 p.m. e.s.t, 7 a.m. Eastern", "one fifty-nine PM EST, seven AM Eastern"},
        {"at 9 p.m. Chairs are ahead.", "at nine PM. Chairs are ahead."},
        {"cats vs. dogs, etc. And so", "cats versus dogs, et cetera. And so"},
        {"Acme Inc. It sells", "Acme Incorporated. It sells"},
        {"5 lbs. of flour", "five pounds of flour"},
    });
}

TEST(SpeechFamilies, Money) {
    expect_spoken({
        {"50¢, $.01, $0.010, $20.5, $20.500, $.506", "fifty cents, one cent, one cent, twenty dollars and fifty cents, "
                                                     "twenty dollars and fifty cents, point five zero six "
                                                     "dollars"},
        {"¥30b, ₩460 billion, £1.20, US$3, CHF 250,000", "thirty billion yen, four hundred sixty billion won, one "
                                                         "pound and twenty pence, three US dollars, two hundred fifty "
                                                         "thousand Swiss francs"},
        {"$ and 5% or %", "dollar and five percent or percent"},
        {"5€, 1.50€, 5 USD", "five euros, one euro and fifty cents, five US dollars"},
    });
}

TEST(SpeechFamilies, Dates) {
    expect_spoken({
        {"july 25 2012, JAN 15 2020, jan. 15",
         "July twenty-fifth twenty twelve, January fifteenth twenty twenty, January fifteenth"},
        {"25 jul 2012, 25th july 2012, 25-Jul-2012", "the twenty-fifth of July twenty twelve, the twenty-fifth of July "
                                                     "twenty twelve, the twenty-fifth of July twenty twelve"},
        {"july 1876, August 23, 2002", "July eighteen seventy-six, August twenty-third, two thousand two"},
        {"1998/2/30, 2006-08-05, 03-14-2025",
         "February thirtieth, nineteen ninety-eight, August fifth, two thousand six, March "
         "fourteenth, twenty twenty-five"},
        {"15.01.2020, 10/06/2005", "the fifteenth of January, twenty twenty, ten slash six slash two thousand five"},
        {"you may 5 times, march 5 km", "you may five times, march five kilometres"},
        {"17 may 2010, on may 5.", "the seventeenth of May twenty ten, on May fifth."},
        {"May 5 people come?", "May five people come?"},
        {"1994", "nineteen ninety-four"},
        {"1994 chairs, page 1994, 1994 + 1",
         "one thousand nine hundred ninety-four chairs, page one thousand nine hundred "
         "ninety-four, one thousand nine hundred ninety-four plus one"},
        {"the 1990s, 1990's, the '90s, her 20s",
         "the nineteen nineties, nineteen nineties, the nineties, her twenties"},
    });
}

TEST(SpeechFamilies, DigitByDigit) {
    expect_spoken({
        {"555.555.5555, 192.168.0.1, 1.2.3, 1.000.000", "five five five, five five five, five five five five, one nine "
                                                        "two dot one six eight dot zero dot one, one point two "
                                                        "point three, one million"},
        {"1-800-GO-2-HAUL, 1-800-555-0199",
         "one, eight hundred, GO two-HAUL, one, eight hundred, five five five, zero one nine nine"},
        {"PIN 1234, card ending in 8876, ab9453, t2000, 25d08A",
         "PIN one two three four, card ending in eight eight seven six, ab nine four five three, t two thousand, "
         "twenty-five d "
         "zero eight A"},
        {"W2s, bus 42A, B12, 0x1F", "W two s, bus forty-two A, B twelve, zero x one F"},
        {"1st, 1th, 2th, 11th, 112th, 0th", "first, one th, two th, eleventh, one hundred twelfth, zeroth"},
    });
}

TEST(SpeechFamilies, Electronic) {
    expect_spoken({
        {"https://www.example.com/a-b/c_d?x=1&y=2#top", "www dot example dot com slash a dash b slash c underscore d "
                                                        "question mark x equals one and y equals two hash top"},
        {"sdf@gmail.com/123-sm", "sdf at gmail dot com slash one two three dash sm"},
        {"ftp://host.org, test2.uk", "ftp colon slash slash host dot org, test two dot uk"},
        {"C:\\Users\\me, /usr/bin, ~/.bashrc, photo_1.jpg",
         "C: backslash Users backslash me, slash usr slash bin, tilde slash dot bashrc, photo underscore one dot jpg"},
        {"See example.com. It is", "See example dot com. It is"},
        {"#MindTheGap, #1, @anna", "hashtag Mind The Gap, number one, at anna"},
        {"node.js, end.Next", "node dot js, end. Next"},
    });
}

TEST(SpeechFamilies, SignsHaveNames) {
    expect_spoken({
        {"x^2 + y^3 = z^n, 10^-5", "x squared plus y cubed equals z to the power of n, ten to the power of minus five"},
        {"5 × 3 = 15, 15 ÷ 3 = 5, 2*8, √2",
         "five times three equals fifteen, fifteen divided by three equals five, two times "
         "eight, square root of two"},
        {"a < b, b > c, 5 <= 6, a|b, {x}, foo_bar, a * b",
         "a less than b, b greater than c, five at most six, a vertical bar b, open brace x close brace, foo "
         "underscore bar, a "
         "asterisk b"},
        {"5m², 3 m^2, 10⁵, C₆H₁₂", "five square metres, three square metres, ten to the power of five, C six H twelve"},
        {"©, ®, §5, ¶3, №5, ♥, ★", "copyright, registered, section five, paragraph three, number five, heart, star"},
        {"PIN: ******", "PIN: six times asterisk"},
        {"dfsd$$x$", "dfsd dollar dollar x dollar"},
    });
}

TEST(SpeechFamilies, EmojiAloneAreSpoken) {
    expect_spoken({
        {"😀", "smiling face"},
        {"🇩🇪", "flag D E"},
        {"🫥🧿", "dotted line face nazar amulet"},
        {"👍🏽", "thumbs up"},
    });
}

TEST(SpeechFamilies, LettersInAnotherDress) {
    expect_spoken({
        {"x\u2080 x\u2085 x\u2089", "x zero x five x nine"},
        {"\u24B6 \u24CF \u24D0 \u24E9 \u2460 \u2473", "A Z a z one twenty"},
        {"\U0001D400 \U0001D419 \U0001D41A \U0001D433 \U0001D7CE \U0001D7FF", "A Z a z zero nine"},
        {"\u2160, \u216B, \u2170", "I, XII, I"},
        {"5º, 1ª, 2¹⁰", "five degrees, one a, two to the power of ten"},
    });
}

TEST(SpeechFamilies, Borders) {
    expect_spoken({
        {"photo.jpg/abc, photo.jpg:5", "photo dot jpg slash abc, photo dot jpg: five"},
        {"79° NE, 79° N, 79°S", "seventy-nine degrees NE, seventy-nine degrees north, seventy-nine degrees south"},
        {"012 Elm St, 100 Elm St, 2000 Elm St, 105 Elm St",
         "zero one two Elm Street, one hundred Elm Street, two thousand Elm Street, one oh five Elm Street"},
        {"21st May, 22nd May, 23rd May, 24th May",
         "the twenty-first of May, the twenty-second of May, the twenty-third of May, the "
         "twenty-fourth of May"},
        {"Reno, NV 89501; Reno NV 89501; Reno, NV 8950; Reno, XX 89501",
         "Reno, Nevada eight nine five zero one; Reno NV eighty-nine thousand five hundred one; Reno, NV eight "
         "thousand nine "
         "hundred fifty; Reno, XX eighty-nine thousand five hundred one"},
        {"5.50 $3, 5.50 $, $ 3, $-3, $x",
         "five point five zero three dollars, five dollars and fifty cents, three dollars, minus "
         "three dollars, dollar x"},
        {"32 May, 0 May, 31 May", "thirty-two May, zero May, the thirty-first of May"},
        {"12:60 am, 12:59 am", "twelve to sixty am, twelve fifty-nine AM"},
    });
}

TEST(SpeechFamilies, ClockTimes) {
    expect_spoken({
        {"1:23:45, 1:23:01, 1:23:45 pm",
         "one twenty-three and forty-five seconds, one twenty-three and one second, one twenty-three "
         "and forty-five seconds PM"},
        {"16:9, 25:10, 24:00, 12:60", "sixteen to nine, twenty-five to ten, midnight, twelve to sixty"},
        {"ISO 9001:2015", "ISO nine thousand one colon two thousand fifteen"},
        {"13 pm, 0 am, 12 am", "thirteen pm, zero am, twelve AM"},
        {"1-80-GO, 1-800GO", "one to eighty-GO, one to eight hundred GO"},
    });
}

TEST(SpeechFamilies, DecadesHoweverTheyAreWritten) {
    expect_spoken({
        {"the 80's, the 1980's, the '80s", "the eighties, the nineteen eighties, the eighties"},
        {"The 60's and 70's were loud.", "The sixties and seventies were loud."},
        {"the 1950s or 60s", "the nineteen fifties or sixties"},
        {"the 747's wings", "the seven hundred forty-seven's wings"},
        {"FY2025 and FY1999", "FY twenty twenty-five and FY nineteen ninety-nine"},
    });
}

TEST(SpeechFamilies, NumbersOfThingsAreReadInTheirGroups) {
    expect_spoken({
        {"ISBN 978-3-16-148410-0", "ISBN nine seven eight, three, one six, one four eight four one zero, zero"},
        {"part 12-3456-78", "part one two, three four five six, seven eight"},
        {"account 12-34", "account twelve to thirty-four"},
        {"1-2-3, 10-20-30", "one, two, three, ten, twenty, thirty"},
        {"a 50-50 chance, a 5-5 draw", "a fifty fifty chance, a five five draw"},
        {"5-5 kg", "five to five kilograms"},
        {"a 9-to-5 job", "a nine to five job"},
    });
}

TEST(SpeechFamilies, AmountsAsTheContinentWritesThem) {
    expect_spoken({
        {"€1.000,50 and 12.345.678,9 km", "one thousand euros and fifty cents and twelve million three hundred "
                                          "forty-five thousand six hundred seventy-eight point nine kilometres"},
        {"€5,99, 3,50 €", "five euros and ninety-nine cents, three euros and fifty cents"},
        {"€5,000 and $1,234.50",
         "five thousand euros and one thousand two hundred thirty-four dollars and fifty cents"},
        {"1.000 or 1,50", "one point zero zero zero or one, fifty"}, // without a currency they may be two things
    });
}

TEST(SpeechFamilies, RomanNumerals) {
    expect_spoken({
        {"page iv, pages xi", "page four, pages eleven"},
        {"page c, page mix", "page c, page mix"},
        {"Queen Elizabeth II's crown, World War I's end", "Queen Elizabeth the second's crown, World War one's end"},
        {"MCMXCIV, MMXXVI, CIVIC, XXXXX", "nineteen ninety-four, twenty twenty-six, CIVIC, XXXXX"},
    });
}

TEST(SpeechFamilies, WaysWithANumberInTheirName) {
    expect_spoken({
        {"10th Ave, 42nd St", "tenth Avenue, forty-second Street"},
        {"5th Ave is closed, 3rd Rd.", "fifth Avenue is closed, third Road."},
        {"Hwy. 5, Hwy 101, Rte 66", "Highway five, Highway one hundred one, Route sixty-six"},
        {"Apt 4, Fig 2, Vol 3", "Apartment four, Figure two, Volume three"},
        {"Apt words, Fig trees", "Apt words, Fig trees"},
        {"Is it safe? No. 3 cars are coming.", "Is it safe? No. three cars are coming."},
        {"No. 7 bus, No. 1 is here", "number seven bus, number one is here"},
    });
}

TEST(SpeechFamilies, DaysAndMonthsInARow) {
    expect_spoken({
        {"Mon, Wed & Fri", "Monday, Wednesday and Friday"},
        {"Jan and Feb, Sat or Sun", "January and February, Saturday or Sunday"},
        {"The sun and wed people", "The sun and wed people"},
        {"Jan, my friend, sat", "Jan, my friend, sat"},
    });
}

TEST(SpeechFamilies, Durations) {
    expect_spoken({
        {"2h30m, 1d 3h, 5m 30s, 1h 1m 1s",
         "two hours thirty minutes, one day three hours, five minutes thirty seconds, "
         "one hour one minute one second"},
        {"5m, 3h", "five metres, three hours"},
        {"30m 2h", "thirty metres two hours"}, // the longer one does not come second
        {"2h30mm", "two h thirty mm"},
    });
}

TEST(SpeechFamilies, ShortThousandsAndPowers) {
    expect_spoken({
        {"3.5K views, 1.2M, 2.5B", "three point five thousand views, one point two million, two point five billion"},
        {"10**2 and 3**bold**", "ten squared and three bold"},
        {"1__0, 5~~6", "one zero, five six"},
        {"1'000 and 1'234'567",
         "one thousand and one million two hundred thirty-four thousand five hundred sixty-seven"},
        {"MR. SMITH and DR. JONES", "Mister SMITH and Doctor JONES"},
        {"May 5 - 7, May 5 - we left", "May fifth to seventh, May fifth, we left"},
        {"Act III, Scene ii", "Act three, Scene two"},
        {"USD$12, US$12", "twelve US dollars, twelve US dollars"},
    });
}

TEST(SpeechFamilies, AComparisonIsNoQuotation) {
    expect_spoken({{"> 5 metres", "more than five metres"}, {"> He said so", "He said so"}, {">> 5", "five"}});
}

TEST(SpeechFamilies, Possessives) {
    expect_spoken({{"the 747's wings, BS.1770, node.js",
                    "the seven hundred forty-seven's wings, BS dot seventeen seventy, node dot js"}});
}

TEST(SpeechFamilies, UnitsOfEveryKind) {
    expect_spoken({
        {"12KG, 3 mbps, 5 Mbit, 10 kB/s, 3.5GHz, 5 GB",
         "twelve kilograms, three megabits per second, five megabits, ten "
         "kilobytes per second, three point five gigahertz, five gigabytes"},
        {"12kg/kg, 41,459.00 km³, 5 µm, 3 cc/s",
         "twelve kilograms per kilogram, forty-one thousand four hundred fifty-nine point "
         "zero zero cubic kilometres, five micrometres, three cc per second"},
        {"100 million kg, 5 thousand km", "one hundred million kilograms, five thousand kilometres"},
        {"1 gal, 2 gal, 5 hPa, 60 bpm, 300 dpi",
         "one gallon, two gallons, five hectopascals, sixty beats per minute, three hundred "
         "dots per inch"},
        {"in 300 m", "in three hundred metres"},
        {"5 sq ft, 3 ft², 2 fl oz", "five square feet, three square feet, two fluid ounces"},
    });
}

} // namespace
} // namespace echollama
