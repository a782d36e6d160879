#include "questions/question_grammar.h"

#include "questions/question.h"

#include <algorithm>
#include <utility>

namespace echollama {
namespace {

template <typename Value>
constexpr int number(Value value) {
    return static_cast<int>(value);
}

struct Phrases {
    Mark mark;
    int value;
    std::string_view texts; // in words_of()'s form, without articles, separated by commas
};

// The grammar of questions. Where several fit, the longest counts.
constexpr Phrases phrase_lists[] = {
    {Mark::glue, 0,
     "is,do,can,have,i,me,you,we,to,of,at,for,from,with,and,so,well,ok,okay,please,kindly,hey,um,uh,er,hmm,oh,just,now,"
     "right now,at moment,currently,actually,really,maybe,perhaps,probably,away,there,tell me,let me know,i need to "
     "know,i want to know,i can like to know,i wonder,excuse me,sorry,for me,if,whether,as,than,in total,altogether,"
     "all together,roughly,approximately,about how,exact,again,today,possible,if possible,if you can,that is,one "
     "of,any of,some of,"
     "of them,still,also,too,then,in case,ones,good,great,fine,out there,over there,over here,"
     "right here,right there,you know,i mean,i think,i guess,i need,i want,visible,present,"
     "in total,side,hand side,relative to,compared to,yet,already,even,else,but,by any chance,any chance,direction of,"
     "need to know,like to know,want to know,check,can you check,see if,look if,verify,confirm,"
     "put,leave,from left to right,from right to left,left to right,right to left"},
    {Mark::unknown, 0, "each other,one another"},
    {Mark::where, 0,
     "where,find,look for,look at,point me to,point to,lead me to,guide me to,show me,position of,location of,"
     "position,location,which direction,what direction,direction,which way,what way,which side,what side,i lost,"
     "what place,i need to find,i can not find,can not find,looking for,searching for,search for,get me to,bring me "
     "to,take me to,hand me,where about,which part of picture"},
    {Mark::count, 0, "how many,number of,count,how many of,count of,what number of,how much"},
    {Mark::distance, 0,
     "how far,how far away,how far off,how near,how close,distance,distance to,distance of,how distant,far away,"
     "how far is,what distance,far"},
    {Mark::see, 0,
     "see,there is,is there,is any,any,do i have,do we have,have you,contain,contains,include,includes,shows,exist,"
     "anywhere,somewhere"},
    {Mark::what, 0, "what,what all,what else,name,list,tell me what"},
    {Mark::which, 0, "which,which one,which of,which ones,what one"},
    {Mark::who, 0, "who,whose,whom"},
    {Mark::describe, 0,
     "describe,description,overview,summary,summarise,summarize,explain,what is going on,what is happening,"
     "happening,going on,look around,what is up"},
    {Mark::self, 0,
     "who is you,what is you,your name,what can you do,is you human,is you robot,is you real,is you ai,is you person,"
     "is you alive,who made you,what can i ask,what can i say,help me,help,how do you work,what do you do,who you is,"
     "what you is,what you can do"},
    {Mark::greeting, 0, "hello,hi,good morning,good evening,good afternoon,good day,how is you,good night"},
    {Mark::thanks, 0, "thanks,thank you,thx,thank you very much,thanks lot,many thanks,cheers"},
    {Mark::safety, 0,
     "safe,safely,danger,dangers,dangerous,hazard,hazards,hazardous,cross,crossing,obstacle,obstacles,in way,in path,"
     "on path,on way,way free,way clear,path free,path clear,road clear,way is free,way is clear,path is free,path is "
     "clear,road is clear,road is free,coast is clear,coast clear,walk,walk on,go on,go ahead,go forward,go straight,"
     "keep going,keep walking,move forward,can i go,can i pass,can i move,can i continue,watch out,careful,be careful,"
     "trip over,trip on,bump into,run into,walk into,hit,block,blocking,blocked,block way,blocking way,blocking path,"
     "clear way,free way,clear path,is way,step forward,proceed,hurt me,stumble over,stumble"},
    {Mark::quality, number(Quality::blurred), "blurry,blurred,out of focus,unclear,fuzzy,shaky,not sharp,unsharp,blur"},
    {Mark::quality, number(Quality::sharp), "sharp,in focus,focused,clear,crisp"},
    {Mark::quality, number(Quality::dark), "dark,dim,underexposed,black,darkness,enough light,light enough"},
    {Mark::quality, number(Quality::bright), "bright,overexposed,well lit"},
    {Mark::quality, number(Quality::colourless), "black and white,monochrome,greyscale,grayscale,in colour"},
    {Mark::quality, number(Quality::any),
     "quality,picture quality,picture good,good picture,picture is good,picture ok,picture is ok,picture okay,picture "
     "is okay,picture usable,picture fine,picture is fine,take another picture,take new picture,retake,see clearly,"
     "wrong with picture,take it again,try again,see well,picture bad,bad picture,picture is bad,see enough,see "
     "properly,picture come out,picture turn out,can not you see,why can you not see,picture is good enough,"
     "picture good enough,picture any good,picture is any good"},
    {Mark::side, 0,
     "ahead,straight ahead,right ahead,directly ahead,in front,in front of me,right in front of me,directly in front "
     "of me,straight in front of me,before me,forward,in middle,in middle of picture,middle,middle of picture,straight "
     "on,opposite me,front of me,at front,right in front,right before me,ahead of me,straight ahead of me,facing me,"
     "i facing,in front of you,in front of camera,middle part,front,at middle"},
    {Mark::row, 0, "top,at top,upper,upper part,top part,top half,upper half,high up,at top of picture,top of picture"},
    {Mark::row, 1,
     "bottom,at bottom,lower,lower part,bottom part,bottom half,lower half,at bottom of picture,bottom of picture"},
    {Mark::near, 0,
     "near me,close to me,next to me,beside me,by me,nearby,close by,near by,close,near,by my side,at my side,at side "
     "of me,near here,close to here,near you,within few steps,around me"},
    {Mark::reach, 0,
     "within reach,in reach,within arm reach,in arm reach,within arm length,at hand,reach,touch,grab,reachable,can i "
     "reach,can i touch,can i grab,arm length away,within hand reach,pick up"},
    {Mark::outside, 0,
     "behind me,behind you,behind back,behind my back,at back of me,in back of me,behind camera,at my back,to rear,"
     "rear,at rear,back of me,in my back"},
    {Mark::outside, 1,
     "above me,over me,over head,overhead,above head,above camera,over my head,above my head,above us"},
    {Mark::outside, 2,
     "below me,under me,beneath me,underneath me,under feet,below feet,at feet,beneath feet,by feet,under my feet"},
    {Mark::outside, 3,
     "outside picture,out of picture,beyond picture,outside of picture,off picture,not in picture,out of sight,beyond "
     "edge,outside frame,out of frame,above picture,below picture,above frame,below frame,over edge of picture,out of "
     "view,beyond frame,above top of picture,left out of picture"},
    {Mark::outside, 4,
     "next room,in next room,other room,in other room,another room,in another room,next door,adjacent room,in adjacent "
     "room"},
    {Mark::outside, 5, "around corner,behind corner"},
    {Mark::outside, 6,
     "upstairs,on upper floor,downstairs,on lower floor,on floor above,on floor below,on other floor"},
    {Mark::relation, number(Relation::on),
     "on,upon,onto,atop,on top of,lying on,standing on,sitting on,resting on,placed on"},
    {Mark::relation, number(Relation::under), "under,underneath,beneath,lying under,sitting under"},
    {Mark::relation, number(Relation::below), "below"},
    {Mark::relation, number(Relation::above), "above,over"},
    {Mark::relation, number(Relation::behind), "behind,in back of,standing behind,at back of"},
    {Mark::relation, number(Relation::in_front_of),
     "in front of,ahead of,standing in front of,before,between me and,between you and"},
    {Mark::relation, number(Relation::beside),
     "beside,next to,close to,near,near to,by,alongside,adjacent to,standing next to,sitting next to,right next to,at "
     "side of,standing beside,sitting beside,around"},
    {Mark::relation, number(Relation::inside), "in,inside,within,inside of"},
    {Mark::relation, number(Relation::between), "between,in between,in middle between"},
    {Mark::extreme, number(Extreme::nearest), "nearest,nearest to me,first in front of me,most near,most close"},
    {Mark::extreme, number(Extreme::farthest),
     "farthest,farthest away,most distant,most far,farthest from me,farthest away from me"},
    {Mark::extreme, number(Extreme::leftmost),
     "leftmost,farthest left,farthest to left,most left,most to left,outermost left"},
    {Mark::extreme, number(Extreme::rightmost),
     "rightmost,farthest right,farthest to right,most right,most to right,outermost right"},
    {Mark::compare, 0, "nearer,nearer to me,nearer than,nearer to me than,less far,less far away,nearer or farther"},
    {Mark::compare, 1,
     "farther,farther away,farther than,farther away than,more far,farther off,farther from me,more distant"},
    {Mark::limit, number(AskedCount::Limit::exactly), "exactly,only,just one,precisely"},
    {Mark::limit, number(AskedCount::Limit::at_least), "at least,minimum,or more,no less than,no fewer than"},
    {Mark::limit, number(AskedCount::Limit::at_most), "at most,maximum,up to,no more than,not more than"},
    {Mark::limit, number(AskedCount::Limit::more), "more than,over than"},
    {Mark::limit, number(AskedCount::Limit::fewer), "fewer than,less than"},
    {Mark::unit, number(Units::metres), "metres,in metres"},
    {Mark::unit, number(Units::feet), "feet,in feet"},
    {Mark::unit, number(Units::steps), "steps,in steps"},
    {Mark::unit, number(Units::centimetres), "centimetres,in centimetres"},
    {Mark::unit, number(Units::inches), "inches,in inches"},
    {Mark::unit, number(Units::yards), "yards,in yards"},
    {Mark::brevity, number(Brevity::one_word),
     "in one word,one word,single word,in single word,with one word,one word only,just one word,only one word,one word "
     "answer,yes or no,just yes or no,only yes or no,answer yes or no,say yes or no"},
    {Mark::brevity, number(Brevity::short_answer),
     "briefly,in short,short answer,in brief,shortly,quickly,quick,in few words,in one sentence,keep it short,short,in "
     "short sentence,be brief,in couple of words,one sentence,in nutshell,short please"},
    {Mark::all, 0, "all,every,each,both,all of,both of,each of"},
    {Mark::or_, 0, "or,or is it,or rather,either"},
    {Mark::everything, 0,
     "thing,things,object,objects,item,items,stuff,anything,something,everything,kind of thing,kinds of things,sort of "
     "thing,sorts of things,kind of things,types of objects,kinds of objects"},
    {Mark::picture, 0,
     "picture,in picture,on picture,from picture,of picture,to picture,with picture,this picture,in this picture"},
    {Mark::place, 0,
     "here,around,room,in room,in this room,place,in this place,this place,surroundings,in surroundings,around here,"
     "environment,in environment,area,in area,in this area,in here,scene,in scene,in this scene,in front of lens,on "
     "camera,to camera,on screen"},
    {Mark::it, 0,
     "it,they,them,he,she,him,that,this,these,those,that one,this one,one,that thing,this thing,those things"},
    {Mark::other, 0, "other,other one,other ones,another,another one,others,remaining,rest of"},
    {Mark::ordinal, 0, "first,first one"},
    {Mark::ordinal, 1, "second,second one,second nearest"},
    {Mark::ordinal, 2, "third,third one,third nearest"},
    {Mark::about, 0, "what about,how about,about,tell me about,tell me more about,more about,tell me something about"},
    {Mark::attribute, number(Attribute::colour),
     "colour,what colour,which colour,of what colour,red,green,blue,yellow,white,grey,brown,purple,pink,violet,golden,"
     "gold,silver,beige,turquoise,colourful,what is colour of,colour of,same colour,magenta,cyan,navy"},
    {Mark::attribute, number(Attribute::material),
     "made of,made out of,made from,material,what material,wooden,wood,plastic,metal,metallic,leather,ceramic,"
     "porcelain,paper,cardboard,stone,concrete,rubber,fabric,steel,iron,aluminium,cotton,woollen,marble,stuffed"},
    {Mark::attribute, number(Attribute::size),
     "big,large,small,tiny,huge,tall,long,wide,high,deep,heavy,little,bigger,larger,smaller,taller,longer,biggest,"
     "largest,smallest,tallest,longest,how big,how large,how tall,how wide,how high,how long,how heavy,how deep,how "
     "small,size,what "
     "size,height,width,weight,length,giant,enormous,thick,thin,medium,low,narrow,fat,heavier,heaviest"},
    {Mark::attribute, number(Attribute::kind),
     "what kind of,what type of,what sort of,what kinds of,what types of,what sorts of,kind of,type of,sort of,kinds "
     "of,brand,what brand,which brand,model,what model,which model,breed,what breed,which breed,make,what make,which "
     "kind of,which type of,what species,species,which kinds of"},
    {Mark::attribute, number(Attribute::other),
     "look like,old,new,how old,age,price,cost,doing,wearing,written,say,says,read,reads,holding,carrying,beautiful,"
     "nice,pretty,ugly,look,looks,expensive,modern,mine,shape,round,square,taste,smell,pattern,striped,number on"},
    {Mark::attribute, number(Attribute::state),
     "open,closed,shut,full,empty,hot,cold,warm,cool,clean,dirty,wet,dry,broken,damaged,free,occupied,taken,available,"
     "asleep,awake,alive,dead,parked,happy,sad,angry,friendly,tame,ripe,fresh,rotten,lit,locked,unlocked,charged,"
     "plugged in,on or off,off,working,real,fake,tidy,messy,upside "
     "down,tied,busy,upright,fallen,drunk,injured,hurt,ill,"
     "sick,tired,on fire,cracked,stained,vacant,unoccupied,used,in use,turned on,turned off,switched on,switched off,"
     "open or closed,full or empty,young,loud,quiet,lonely,alone,hungry,edible,cooked,ready,finished,moving,running,"
     "standing,sitting,lying,walking,waiting,smiling,sleeping,crying,laughing,charging,coming,approaching,leaving,"
     "eating,drinking,barking,flying,looking,facing,talking,driving,playing,burning,boiling,leaking,steaming,stopped,"
     "still there,in good shape,dressed,naked,armed,blind,deaf,pregnant,married"},
};

constexpr std::string_view side_names[] = {"left", "right"};
constexpr std::string_view side_leads[] = {"",         "on ",     "to ",      "at ",    "in ",
                                           "towards ", "toward ", "over to ", "off to "};
constexpr std::string_view side_parts[] = {"", " side", " hand side", " hand", " half", " part", " edge"};
constexpr std::string_view side_ends[] = {"", " of me", " of you", " of picture", " of room", " of camera"};

// Words that mean the same in a question.
constexpr std::pair<std::string_view, std::string_view> same_words[] = {
    {"me", "us,myself,ourselves"},
    {"picture", "photo,image,photograph,pic,snapshot,photos,images,pictures,view,photography,selfie"},
    {"middle", "centre,center,mid,central"},
    {"nearest", "closest"},
    {"farthest", "furthest"},
    {"nearer", "closer"},
    {"farther", "further"},
    {"metres", "metre,meter,meters"},
    {"feet", "foot,ft"},
    {"centimetres", "centimeter,centimeters,centimetre,cm,cms"},
    {"inches", "inch"},
    {"yards", "yard"},
    {"steps", "step,pace,paces,strides,footsteps"},
    {"see",
     "spot,notice,detect,recognise,recognize,seen,sees,saw,spotted,perceive,observe,seeing,identify,show,display"},
    {"can", "could,would,will,shall,might,may"},
    {"is",
     "are,was,were,am,be,been,being,isn,stands,stand,lies,sits,seems,appears,located,situated,placed,hidden,hiding"},
    {"do", "does,did"},
    {"have", "has,had,got"},
    {"colour", "color,coloured,colored,colours,colors"},
    {"where", "whereabouts,wheres,whereas"},
    {"what", "whats,wat,wht"},
    {"who", "whos"},
    {"how", "hows"},
    {"there", "theres,thats"},
    {"find", "locate,finding"},
    {"you", "u,ya"},
    {"please", "pls,plz"},
    {"grey", "gray"},
    {"things", "stuffs"},
    {"fewer", "fewer"},
    {"ok", "okey"},
    {"many", "manny"},
    {"under", "beneath"},
};

// Written together, with an apostrophe or without.
constexpr std::pair<std::string_view, std::string_view> short_forms[] = {
    {"isn't", "is not"},      {"isnt", "is not"},       {"aren't", "is not"},     {"arent", "is not"},
    {"can't", "can not"},     {"cant", "can not"},      {"cannot", "can not"},    {"don't", "do not"},
    {"dont", "do not"},       {"doesn't", "do not"},    {"doesnt", "do not"},     {"didn't", "do not"},
    {"wasn't", "is not"},     {"won't", "can not"},     {"haven't", "have not"},  {"hasn't", "have not"},
    {"i'm", "i is"},          {"im", "i is"},           {"you're", "you is"},     {"i've", "i have"},
    {"i'd", "i can"},         {"they're", "they is"},   {"there're", "there is"}, {"what're", "what is"},
    {"where're", "where is"}, {"we're", "we is"},       {"oclock", "o'clock"},    {"couldn't", "can not"},
    {"wouldn't", "can not"},  {"nobody", "not anyone"}, {"noone", "not anyone"},  {"gonna", "going to"},
    {"wanna", "want to"},     {"lemme", "let me"},      {"gimme", "give me"},     {"howmany", "how many"},
    {"infront", "in front"},  {"alot", "lot"},          {"nextto", "next to"},    {"what'll", "what can"},
};

void add(QuestionGrammar& grammar, std::string const& phrase, Meaning meaning) {
    grammar.phrases.try_emplace(phrase, meaning);
    auto const parts = parts_of(phrase, ' ');
    grammar.longest = std::max(grammar.longest, parts.size());
    for (auto part : parts) {
        grammar.words.emplace(part);
    }
}

void add_sides(QuestionGrammar& grammar) {
    for (int i = 0; i < 2; ++i) {
        std::string const name(side_names[i]);
        auto const relation = i == 0 ? Relation::left_of : Relation::right_of;
        for (auto lead : side_leads) {
            for (auto part : side_parts) {
                auto const base = std::string(lead) + name + std::string(part);
                for (auto end : side_ends) {
                    add(grammar, base + std::string(end), {Mark::side, 2 * i - 1});
                }
                add(grammar, base + " of", {Mark::relation, number(relation)});
                add(grammar, base + " from", {Mark::relation, number(relation)});
            }
        }
    }
}

QuestionGrammar make_grammar() {
    QuestionGrammar made;
    for (auto const& group : phrase_lists) {
        for (auto phrase : parts_of(group.texts, ',')) {
            add(made, std::string(phrase), {group.mark, group.value});
        }
    }
    add_sides(made);
    for (auto const& [word, others] : same_words) {
        for (auto other : parts_of(others, ',')) {
            made.canonical.try_emplace(std::string(other), word);
            made.words.emplace(other);
        }
    }
    for (auto const& [form, words] : short_forms) {
        made.short_forms.try_emplace(std::string(form), words);
    }
    return made;
}

} // namespace

std::vector<std::string_view> parts_of(std::string_view list, char separator) {
    std::vector<std::string_view> parts;
    while (!list.empty()) {
        auto const end = std::min(list.find(separator), list.size());
        if (end > 0) {
            parts.push_back(list.substr(0, end));
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return parts;
}

QuestionGrammar const& question_grammar() {
    static QuestionGrammar const made = make_grammar();
    return made;
}

} // namespace echollama
