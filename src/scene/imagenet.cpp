#include "scene/imagenet.h"

#include "scene/english.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace echollama {
namespace {

// Separated by semicolons. Where the published lemma is not what people say, it was replaced.
constexpr std::string_view names =
    "tench;goldfish;great white shark;tiger shark;hammerhead;electric ray;stingray;rooster;hen;ostrich;brambling;"
    "goldfinch;house finch;junco;indigo bunting;robin;bulbul;jay;magpie;chickadee;water ouzel;kite;bald eagle;"
    "vulture;great grey owl;European fire salamander;newt;newt;spotted salamander;axolotl;bullfrog;tree frog;"
    "tailed frog;loggerhead;leatherback turtle;mud turtle;terrapin;box turtle;banded gecko;common iguana;"
    "American chameleon;whiptail;agama;frilled lizard;alligator lizard;Gila monster;green lizard;"
    "African chameleon;Komodo dragon;African crocodile;American alligator;triceratops;thunder snake;"
    "ringneck snake;hognose snake;green snake;king snake;garter snake;water snake;vine snake;night snake;"
    "boa constrictor;rock python;Indian cobra;green mamba;sea snake;horned viper;diamondback;sidewinder;"
    "trilobite;harvestman;scorpion;black and gold garden spider;barn spider;garden spider;black widow;tarantula;"
    "wolf spider;tick;centipede;black grouse;ptarmigan;ruffed grouse;prairie chicken;peacock;quail;partridge;"
    "grey parrot;macaw;sulphur-crested cockatoo;lorikeet;coucal;bee eater;hornbill;hummingbird;jacamar;toucan;"
    "duck;red-breasted merganser;goose;black swan;elephant;echidna;platypus;wallaby;koala;wombat;jellyfish;"
    "sea anemone;brain coral;flatworm;nematode;conch;snail;slug;sea slug;chiton;chambered nautilus;"
    "Dungeness crab;rock crab;fiddler crab;king crab;American lobster;spiny lobster;crayfish;hermit crab;isopod;"
    "white stork;black stork;spoonbill;flamingo;little blue heron;American egret;bittern;crane;limpkin;"
    "European gallinule;American coot;bustard;ruddy turnstone;red-backed sandpiper;redshank;dowitcher;"
    "oystercatcher;pelican;penguin;albatross;grey whale;killer whale;dugong;sea lion;Chihuahua;Japanese spaniel;"
    "Maltese dog;Pekinese;Shih-Tzu;spaniel;papillon;toy terrier;Rhodesian ridgeback;Afghan hound;basset hound;"
    "beagle;bloodhound;bluetick;black-and-tan coonhound;Walker hound;English foxhound;redbone;borzoi;"
    "Irish wolfhound;Italian greyhound;whippet;Ibizan hound;Norwegian elkhound;otterhound;Saluki;"
    "Scottish deerhound;Weimaraner;Staffordshire bullterrier;American Staffordshire terrier;Bedlington terrier;"
    "Border terrier;Kerry blue terrier;Irish terrier;Norfolk terrier;Norwich terrier;Yorkshire terrier;"
    "wire-haired fox terrier;Lakeland terrier;Sealyham terrier;Airedale;cairn;Australian terrier;Dandie Dinmont;"
    "Boston terrier;miniature schnauzer;giant schnauzer;standard schnauzer;Scotch terrier;Tibetan terrier;"
    "silky terrier;soft-coated wheaten terrier;West Highland white terrier;Lhasa;flat-coated retriever;"
    "curly-coated retriever;golden retriever;Labrador retriever;Chesapeake Bay retriever;"
    "German short-haired pointer;vizsla;English setter;Irish setter;Gordon setter;Brittany spaniel;clumber;"
    "English springer;Welsh springer spaniel;cocker spaniel;Sussex spaniel;Irish water spaniel;kuvasz;schipperke;"
    "groenendael;malinois;briard;kelpie;komondor;sheepdog;Shetland sheepdog;collie;Border collie;"
    "Bouvier des Flandres;Rottweiler;German shepherd;Doberman;miniature pinscher;Greater Swiss Mountain dog;"
    "Bernese mountain dog;Appenzeller;EntleBucher;boxer;bull mastiff;Tibetan mastiff;French bulldog;Great Dane;"
    "Saint Bernard;Eskimo dog;malamute;Siberian husky;dalmatian;affenpinscher;basenji;pug;Leonberg;Newfoundland;"
    "Great Pyrenees;Samoyed;Pomeranian;chow;keeshond;Brabancon griffon;corgi;corgi;toy poodle;miniature poodle;"
    "standard poodle;Mexican hairless;timber wolf;white wolf;red wolf;coyote;dingo;dhole;African hunting dog;"
    "hyena;red fox;kit fox;Arctic fox;grey fox;tabby;tiger cat;Persian cat;Siamese cat;Egyptian cat;cougar;lynx;"
    "leopard;snow leopard;jaguar;lion;tiger;cheetah;brown bear;American black bear;polar bear;sloth bear;"
    "mongoose;meerkat;tiger beetle;ladybug;ground beetle;long-horned beetle;leaf beetle;dung beetle;"
    "rhinoceros beetle;weevil;fly;bee;ant;grasshopper;cricket;walking stick;cockroach;mantis;cicada;leafhopper;"
    "lacewing;dragonfly;damselfly;admiral;ringlet;monarch;cabbage butterfly;sulphur butterfly;lycaenid;starfish;"
    "sea urchin;sea cucumber;wood rabbit;hare;Angora rabbit;hamster;porcupine;fox squirrel;marmot;beaver;"
    "guinea pig;brown horse;zebra;pig;wild boar;warthog;hippopotamus;ox;water buffalo;bison;ram;bighorn;ibex;"
    "hartebeest;impala;gazelle;camel;llama;weasel;mink;polecat;black-footed ferret;otter;skunk;badger;armadillo;"
    "three-toed sloth;orangutan;gorilla;chimpanzee;gibbon;siamang;guenon;patas;baboon;macaque;langur;colobus;"
    "proboscis monkey;marmoset;capuchin;howler monkey;titi;spider monkey;squirrel monkey;lemur;indri;"
    "Indian elephant;African elephant;red panda;giant panda;barracuda;eel;salmon;rock beauty;clownfish;sturgeon;"
    "gar;lionfish;pufferfish;abacus;abaya;academic gown;accordion;acoustic guitar;aircraft carrier;airliner;"
    "airship;altar;ambulance;amphibious vehicle;analog clock;beehives;apron;rubbish bin;assault rifle;backpack;"
    "bakery;balance beam;balloon;pen;Band Aid;banjo;staircase;barbell;barber chair;barbershop;barn;barometer;"
    "barrel;barrow;baseball;basketball;bassinet;bassoon;bathing cap;bath towel;bathtub;estate car;lighthouse;"
    "beaker;bearskin;beer bottle;beer glass;bell cote;bib;tandem bicycle;bikini;binder;binoculars;birdhouse;"
    "boathouse;bobsled;bolo tie;bonnet;bookcase;bookshop;bottlecap;bow;bow tie;brass;bra;breakwater;breastplate;"
    "broom;bucket;buckle;bulletproof vest;bullet train;butcher shop;taxi;cauldron;candle;cannon;canoe;can opener;"
    "cardigan;car mirror;carousel;carpenter's kit;carton;car wheel;cash machine;cassette;cassette player;castle;"
    "catamaran;CD player;cello;mobile phone;chain;chainlink fence;chain mail;chain saw;chest of drawers;"
    "chest of drawers;chime;china cabinet;Christmas stocking;church;cinema;cleaver;cliff dwelling;cloak;clog;"
    "cocktail shaker;coffee mug;coffeepot;coil;combination lock;computer keyboard;confectionery;container ship;"
    "convertible;corkscrew;cornet;cowboy boot;cowboy hat;cradle;crane;crash helmet;crate;crib;Crock Pot;"
    "croquet ball;crutch;cuirass;dam;desk;desktop computer;dial telephone;diaper;digital clock;digital watch;"
    "dining table;dishrag;dishwasher;disk brake;dock;dogsled;dome;doormat;drilling platform;drum;drumstick;"
    "dumbbell;Dutch oven;fan;electric guitar;electric locomotive;entertainment center;envelope;espresso machine;"
    "face powder;feather boa;file;fireboat;fire engine;fire screen;flagpole;flute;folding chair;football helmet;"
    "forklift;fountain;fountain pen;four-poster;freight train;French horn;frying pan;fur coat;rubbish truck;"
    "gasmask;gas pump;goblet;go-kart;golf ball;golfcart;gondola;gong;gown;grand piano;greenhouse;grille;"
    "grocery store;guillotine;hair slide;hair spray;half track;hammer;hamper;hair dryer;hand-held computer;"
    "handkerchief;hard disk;harmonica;harp;harvester;hatchet;holster;home theater;honeycomb;hook;hoopskirt;"
    "horizontal bar;horse cart;hourglass;iPod;iron;jack-o'-lantern;jeans;jeep;jersey;jigsaw puzzle;rickshaw;"
    "joystick;kimono;knee pad;knot;lab coat;ladle;lampshade;laptop;lawn mower;lens cap;letter opener;library;"
    "lifeboat;lighter;limousine;cruise ship;lipstick;Loafer;lotion;loudspeaker;loupe;lumbermill;magnetic compass;"
    "mailbag;mailbox;swimsuit;swimsuit;manhole cover;maraca;marimba;mask;matchstick;maypole;maze;measuring cup;"
    "medicine chest;standing stones;microphone;microwave;military uniform;milk can;minibus;miniskirt;minivan;"
    "missile;mitten;mixing bowl;mobile home;Model T;modem;monastery;computer screen;moped;mortar;mortarboard;"
    "mosque;mosquito net;motor scooter;mountain bike;tent;computer mouse;mousetrap;moving van;muzzle;nail;"
    "neck brace;necklace;nipple;laptop computer;obelisk;oboe;ocarina;odometer;oil filter;organ;oscilloscope;"
    "overskirt;oxcart;oxygen mask;packet;paddle;paddlewheel;padlock;paintbrush;pajama;palace;panpipe;paper towel;"
    "parachute;parallel bars;park bench;parking meter;railway carriage;patio;pay phone;pedestal;pencil box;"
    "pencil sharpener;perfume;Petri dish;photocopier;pick;pickelhaube;picket fence;pickup truck;pier;piggy bank;"
    "pill bottle;pillow;ping-pong ball;pinwheel;pirate ship;jug;carpenter's plane;planetarium;plastic bag;"
    "plate rack;plow;plunger;Polaroid camera;pole;police van;poncho;pool table;drinks bottle;flowerpot;"
    "potter's wheel;power drill;prayer rug;printer;prison;missile;projector;puck;punching bag;handbag;quill;"
    "quilt;racing car;racket;radiator;radio;radio telescope;rain barrel;camper van;reel;camera;refrigerator;"
    "remote control;restaurant;revolver;rifle;rocking chair;rotisserie;eraser;rugby ball;ruler;running shoe;safe;"
    "safety pin;saltshaker;sandal;sarong;saxophone;scabbard;scales;school bus;schooner;scoreboard;screen;screw;"
    "screwdriver;seat belt;sewing machine;shield;shoe shop;shoji;shopping basket;shopping cart;shovel;shower cap;"
    "shower curtain;skis;ski mask;sleeping bag;slide rule;sliding door;slot machine;snorkel;snowmobile;snowplow;"
    "soap dispenser;soccer ball;sock;solar dish;sombrero;soup bowl;keyboard;space heater;space shuttle;spatula;"
    "speedboat;spider web;spindle;sports car;spotlight;stage;steam locomotive;steel arch bridge;steel drum;"
    "stethoscope;stole;stone wall;stopwatch;stove;strainer;tram;stretcher;sofa;stupa;submarine;suit;sundial;"
    "sunglasses;sunglasses;sunscreen;suspension bridge;swab;sweatshirt;swimming trunks;swing;light switch;"
    "syringe;table lamp;tank;tape player;teapot;teddy bear;television;tennis ball;thatched roof;theater curtain;"
    "thimble;thresher;throne;tiled roof;toaster;tobacco shop;toilet;torch;totem pole;tow truck;toyshop;tractor;"
    "lorry;tray;trench coat;tricycle;trimaran;tripod;triumphal arch;trolleybus;trombone;tub;turnstile;typewriter;"
    "umbrella;unicycle;piano;vacuum cleaner;vase;vaulted ceiling;velvet;vending machine;vestment;viaduct;violin;"
    "volleyball;waffle iron;wall clock;wallet;wardrobe;warplane;washbasin;washing machine;water bottle;water jug;"
    "water tower;whiskey jug;whistle;wig;window screen;window shade;tie;wine bottle;wing;wok;wooden spoon;wool;"
    "wooden fence;shipwreck;sailing boat;yurt;web page;comic book;crossword puzzle;street sign;traffic light;"
    "book;menu;plate of food;guacamole;consomme;hot pot;trifle;ice cream;ice lolly;loaf of bread;bagel;pretzel;"
    "cheeseburger;hot dog;mashed potato;cabbage;broccoli;cauliflower;zucchini;spaghetti squash;acorn squash;"
    "butternut squash;cucumber;artichoke;bell pepper;cardoon;mushroom;apple;strawberry;orange;lemon;fig;"
    "pineapple;banana;jackfruit;custard apple;pomegranate;hay;carbonara;chocolate sauce;dough;meat loaf;pizza;"
    "potpie;burrito;glass of red wine;cup of espresso;cup;eggnog;mountains;bubbles;cliff;coral reef;geyser;"
    "lake shore;headland;sandbank;seashore;valley;volcano;baseball player;bridegroom;scuba diver;"
    "field of rapeseed;daisy;orchid;maize;acorn;rose hip;chestnut;fungus;mushroom;fungus;fungus;fungus;fungus;"
    "mushroom;ear of maize;toilet paper";

struct KindText {
    std::string_view words, coco, classes; // "151-268 273"
};

constexpr KindText kind_texts[] = {
    {"a fish", "", "0-6 389-397"},
    {"a bird", "bird", "7-24 80-100 127-146"},
    {"a newt or salamander", "", "25-29"},
    {"a frog", "", "30-32"},
    {"a turtle", "", "33-37"},
    {"a lizard", "", "38-48"},
    {"a crocodile", "", "49 50"},
    {"a snake", "", "52-68"},
    {"a spider", "", "70 72-77"},
    {"a crab", "", "118-121 125"},
    {"a lobster or crayfish", "", "122-124"},
    {"a snail or slug", "", "113-115"},
    {"a coral or sea anemone", "", "108 109 973"},
    {"a marsupial", "", "104-106"},
    {"a whale", "", "147 148"},
    {"a dog", "dog", "151-268"},
    {"a wild dog or wolf", "", "269-276"},
    {"a fox", "", "277-280"},
    {"a cat", "cat", "281-285"},
    {"a big cat", "", "286-293"},
    {"a bear", "bear", "294-297"},
    {"an insect", "", "300-320"},
    {"a butterfly", "", "321-326"},
    {"a rabbit or hare", "", "330-332"},
    {"a rodent", "", "333-338"},
    {"a horse", "horse", "339"},
    {"a zebra", "zebra", "340"},
    {"a pig", "", "341-343"},
    {"cattle", "cow", "345-347"},
    {"a sheep or goat", "sheep", "348-350"},
    {"an antelope or deer", "", "351-353"},
    {"a marten, otter or badger", "", "298 356-362"},
    {"an ape", "", "365-369"},
    {"a monkey", "", "370-382"},
    {"a lemur", "", "383 384"},
    {"an elephant", "elephant", "101 385 386"},
    {"a guitar", "", "402 546"},
    {"a musical instrument", "",
     "401 420 432 486 513 541 558 566 579 593 594 641 642 683 684 687 699 776 822 875 881 889"},
    {"a bicycle", "bicycle", "444 671"},
    {"a motorcycle", "motorcycle", "665 670"},
    {"a car", "car", "436 468 511 609 627 656 661 734 751 817"},
    {"a truck", "truck", "555 569 675 717 864 867"},
    {"a bus", "bus", "654 779 874"},
    {"a train", "train", "466 547 565 705 820 829"},
    {"a boat or ship", "boat", "403 472 484 510 554 576 625 628 724 780 814 871 914"},
    {"an airplane", "airplane", "404 895"},
    {"a traffic light", "traffic light", "920"},
    {"a parking meter", "parking meter", "704"},
    {"a bench", "bench", "703"},
    {"a backpack", "backpack", "414"},
    {"an umbrella", "umbrella", "879"},
    {"a handbag", "handbag", "748"},
    {"a tie", "tie", "457 906"},
    {"skis", "skis", "795"},
    {"a ball", "sports ball", "429 430 522 574 722 768 805 852 890"},
    {"a tennis racket", "tennis racket", "752"},
    {"a bottle", "bottle", "440 720 737 898 907"},
    {"a cup", "cup", "504 967-969"},
    {"a spoon", "spoon", "618 910"},
    {"a knife", "knife", "499 623"},
    {"a bowl", "bowl", "659 809"},
    {"a banana", "banana", "954"},
    {"an apple", "apple", "948"},
    {"an orange", "orange", "950"},
    {"broccoli", "broccoli", "937"},
    {"a hot dog", "hot dog", "934"},
    {"a pizza", "pizza", "963"},
    {"fruit", "", "949 951-953 955-957"},
    {"vegetables", "", "936 938-946"},
    {"a dish of food", "", "923-927 935 959 962 964 965 933"},
    {"bread", "", "930-932 961"},
    {"a mushroom", "", "947 991-997"},
    {"a flower", "", "985 986"},
    {"a chair", "chair", "423 559 765"},
    {"a couch", "couch", "831"},
    {"a potted plant", "potted plant", "738"},
    {"a bed", "bed", "520 564"},
    {"a dining table", "dining table", "532"},
    {"a toilet", "toilet", "861"},
    {"a television or computer screen", "tv", "664 782 851"},
    {"a laptop", "laptop", "620 681"},
    {"a computer mouse", "mouse", "673"},
    {"a remote control", "remote", "761"},
    {"a keyboard", "keyboard", "508 810"},
    {"a mobile phone", "cell phone", "487"},
    {"a microwave", "microwave", "651"},
    {"a stove or oven", "oven", "827"},
    {"a toaster", "toaster", "859"},
    {"a sink", "sink", "896"},
    {"a refrigerator", "refrigerator", "760"},
    {"a book", "book", "917 921"},
    {"a clock", "clock", "409 530 892"},
    {"a vase", "vase", "883"},
    {"a teddy bear", "teddy bear", "850"},
    {"a hair dryer", "hair drier", "589"},
    {"a landscape", "", "970 972 974-980"},
    {"a church, temple or mosque", "", "497 663 668 832"},
    {"a castle or palace", "", "483 698"},
    {"a bridge", "", "821 839 888"},
    {"a shop", "", "415 454 467 509 582 788 860 865"},
    {"a camera", "", "732 759"},
    {"a tool", "", "477 587 596 740 784 792"},
    {"a hat or cap", "", "433 439 452 515 518 560 808"},
    {"a shoe", "", "502 514 630 770 774"},
    {"clothes", "", "399 400 474 501 568 578 608 610 614 617 655 689 697 735 775 834 841 869"},
};

constexpr std::string_view worn_text =
    "399 400 411 433 439 445 451 452 457 459 474 501 502 514 515 518 560 568 578 601 608 610 614 617 630 638 639 652 "
    "655 "
    "658 667 679 689 697 715 735 770 774 775 796 806 808 834 836 837 841 842 869 887 903 906";

constexpr KindText family_texts[] = {
    {"an animal", "", "0-397"},
    {"food", "", "923-969 987"},
    {"a vehicle", "",
     "403-405 407 408 436 444 466 468 472 484 510 511 547 554 555 565 569 573 575 576 586 595 603 609 612 "
     "625 627 628 654 656 661 665 670 671 675 690 705 717 724 734 751 757 779 780 802 803 814 817 820 829 "
     "833 847 864 866 867 870 871 874 895 914"},
    {"something that is worn", "", worn_text},
    {"a building or monument", "",
     "410 415 425 437 442 449 454 467 483 497 498 500 509 538 562 580 582 634 649 660 663 668 682 698 727 743 788 821 "
     "832 "
     "839 853 858 860 863 865 873 884 888 900 915"},
    {"a place outdoors", "",
     "410 415 425 437 442 449 454 460 467 483 489 497 498 500 509 517 525 536 538 540 557 562 580 582 634 646 649 "
     "660 663 668 672 682 698 703 704 706 708 716 718 727 733 743 755 788 807 821 825 832 839 853 858 860 863 865 873 "
     "884 888 900 912 913 915 919 920 958 970 972 974-980 984"},
    {"furniture or a room", "",
     "423 431 435 453 492 493 495 516 520 526 527 532 534 548 556 559 564 579 598 619 624 648 651 721 736 741 750 753 "
     "760 762 765 789 794 799 827 831 846 851 857 861 876 881 894 896 897 904 905"},
    {"a tool or device", "",
     "409 418 447 462 473 477 480-482 485 487 491 499 506-508 512 523 527 528 530 531 535 545 550 563 571 587 589 590 "
     "592 "
     "596 600 605 606 613 618 620 622 623 626 632 633 635 644 647 650 651 662 664 673 674 677 681 685 686 688 695 696 "
     "707 710 713 714 726 731 732 740 742 745 754 758 759 761 767 769 772 778 782-784 786 792 798 804 811 813 816 818 "
     "823 826 828 844 845 848 851 859 862 872 878 882 891 892 897 902 910"},
    {"a dish or container", "",
     "412 427 438 440 441 463 469 478 503-505 519 521 544 567 572 588 618 647 653 659 666 692 709 711 720 725 728 737 "
     "738 "
     "756 773 790 809 849 868 876 883 898 899 901 907 909 910 923 966-968"},
    {"something printed", "", "446 549 611 692 781 916-919 921 922"},
    {"a plant", "", "738 944 946 984-998"},
};

std::vector<std::size_t> class_list(std::string_view text) {
    std::vector<std::size_t> classes;
    char const* at = text.data();
    char const* const end = at + text.size();
    while (at < end) {
        std::size_t first = 0, last = 0;
        at = std::from_chars(at, end, first).ptr;
        last = first;
        if (at < end && *at == '-') {
            at = std::from_chars(at + 1, end, last).ptr;
        }
        for (; first <= last; ++first) {
            classes.push_back(first);
        }
        at += at < end ? 1 : 0; // the space
    }
    std::sort(classes.begin(), classes.end());
    return classes;
}

std::vector<ImagenetKind> kinds_of(std::span<KindText const> texts) {
    std::vector<ImagenetKind> all;
    for (auto const& text : texts) {
        all.push_back({text.words, text.coco, class_list(text.classes)});
    }
    return all;
}

} // namespace

std::string_view imagenet_name(std::size_t index) {
    static auto const all = [] {
        std::array<std::string_view, imagenet_class_count> found;
        std::string_view rest = names;
        for (auto& name : found) {
            name = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        }
        return found;
    }();
    return all.at(index);
}

std::vector<ImagenetKind> const& imagenet_kinds() {
    static auto const kinds = kinds_of(kind_texts);
    return kinds;
}

std::vector<ImagenetKind> const& imagenet_families() {
    static auto const families = kinds_of(family_texts);
    return families;
}

std::string imagenet_words(std::size_t index) {
    static constexpr std::string_view bare[] = {
        "mountains", "sunglasses",    "jeans",           "beehives",        "standing stones", "bubbles",
        "scales",    "skis",          "maize",           "toilet paper",    "velvet",          "wool",
        "hay",       "guacamole",     "mashed potato",   "ice cream",       "chain mail",      "dough",
        "broccoli",  "binoculars",    "swimming trunks", "chocolate sauce", "eggnog",          "carbonara",
        "fungus",    "parallel bars", "face powder",     "hair spray",      "sunscreen",       "lotion",
        "perfume"};
    auto const name = imagenet_name(index);
    bool const no_article = std::find(std::begin(bare), std::end(bare), name) != std::end(bare);
    return no_article ? std::string(name) : std::string(article(name)) + " " + std::string(name);
}

std::vector<std::size_t> const& imagenet_worn() {
    static auto const classes = [] {
        auto all = class_list(worn_text);
        all.insert(all.end(), {981, 982, 983}); // baseball player, bridegroom, scuba diver
        return all;
    }();
    return classes;
}

ImagenetKind const* imagenet_kind(std::size_t index) {
    static auto const by_class = [] {
        std::array<ImagenetKind const*, imagenet_class_count> all{};
        for (auto const& kind : imagenet_kinds()) {
            for (auto i : kind.classes) {
                all.at(i) = &kind;
            }
        }
        return all;
    }();
    return by_class.at(index);
}

} // namespace echollama
