// What gives frames: folders, recordings, cameras that come and go, and the slot that holds the newest.
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "media/video/camera_device.h"
#include "media/video/newest_frame.h"
#include "media/video/recording.h"
#include "media/video/time_order.h"
#include "support/film_pictures.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <linux/videodev2.h>

#include <cerrno>
#include <cmath>
#include <memory>
#include <mutex>

namespace echollama {
namespace {

using Kind = SourceEvent::Kind;

std::vector<SourceEvent> events_of(FrameSource const& source, std::size_t most = 100) {
    std::vector<SourceEvent> events;
    while (events.size() < most) {
        events.push_back(source.next({}));
        if (events.back().kind == Kind::end) {
            break;
        }
    }
    return events;
}

// A picture of one grey level.
Image level(std::uint8_t grey, int width = 32, int height = 24) {
    return {width, height, std::vector<std::uint8_t>(3 * static_cast<std::size_t>(width * height), grey)};
}

TEST(TimeOrder, CountsNumbersAsNumbers) {
    std::vector<std::filesystem::path> files = {"d/frame10.png", "d/frame2.png", "d/frame1.png", "d/frame010.png",
                                                "d/a.png"};
    auto const seconds = order_in_time(files, 2);
    std::vector<std::filesystem::path> const expected = {"d/a.png", "d/frame1.png", "d/frame2.png", "d/frame010.png",
                                                         "d/frame10.png"};
    EXPECT_EQ(files, expected);
    EXPECT_DOUBLE_EQ(seconds[3], 1.5);
}

TEST(TimeOrder, NamesThatAreTimes) {
    std::vector<std::filesystem::path> files = {"1305031102.5.png", "1305031101.25.png", "1305031099.75.png"};
    auto const seconds = order_in_time(files, 1);
    EXPECT_EQ(files[0], "1305031099.75.png");
    EXPECT_DOUBLE_EQ(seconds[1], 1.5);
    EXPECT_DOUBLE_EQ(seconds[2], 2.75);
}

TEST(Folder, GivesItsPicturesInOrderAndLeavesBrokenOnesOut) {
    test::TempDir const dir;
    for (int i : {1, 2, 10}) {
        save_png(dir / ("p" + std::to_string(i) + ".png"), level(static_cast<std::uint8_t>(10 * i)));
    }
    test::write_bytes(dir / "p3.png", std::vector<std::uint8_t>(50, 'x'));
    test::write_bytes(dir / "notes.txt", std::vector<std::uint8_t>(50, 'x'));
    for (auto const& source : {dir.path().string(), (dir / "p*.png").string()}) {
        auto const events = events_of(open_source({source, 4}));
        ASSERT_EQ(events.size(), 4U);
        EXPECT_EQ(events[1].frame.view.image.rgb[0], 20);
        EXPECT_EQ(events[2].frame.view.image.rgb[0], 100);
        EXPECT_DOUBLE_EQ(events[2].frame.seconds, 0.75);
    }
    auto const twice = events_of(open_source({(dir / "p*0.png").string(), 4, true}), 5);
    EXPECT_EQ(twice.back().kind, Kind::frame);
    EXPECT_GT(twice.back().frame.seconds, twice.front().frame.seconds);
}

TEST(Folder, SourcesThatAreNotThereAreRefused) {
    test::TempDir const dir;
    std::filesystem::create_directory(dir / "empty");
    for (auto const& source : {(dir / "empty").string(), (dir / "nothing*.png").string(), (dir / "absent.mp4").string(),
                               std::string("/dev/video99"), std::string("rtsp://127.0.0.1:9/none")}) {
        EXPECT_NE(test::refusal([&] { open_source({source}); }), "") << source;
    }
    EXPECT_THROW(open_source({"camera:x"}), UsageError);
    test::write_bytes(dir / "broken.png", std::vector<std::uint8_t>(50, 'x'));
    auto const source = open_source({(dir / "broken.png").string()});
    EXPECT_NE(test::refusal([&] { source.next({}); }), "");
}

TEST(Recording, ListsArePairedByTime) {
    auto const pictures =
        parse_recording_list("# comment\n3.0 rgb/3.png\n1.0 rgb/1.png\r\n\n2.0 rgb/2.png extra\n", "rgb.txt");
    ASSERT_EQ(pictures.size(), 3U);
    EXPECT_EQ(pictures[0].file, "rgb/1.png");
    auto const depths = parse_recording_list("1.015 d/1.png\n1.99 d/2.png\n2.005 d/b.png\n3.5 d/3.png", "depth.txt");
    auto const pairs = pair_in_time(pictures, depths);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].depth, "d/1.png");
    EXPECT_EQ(pairs[1].depth, "d/b.png"); // the nearest one
    EXPECT_EQ(pair_in_time(pictures, {}).size(), 3U);
    for (auto const* bad :
         {"x rgb/1.png", "1.0", "1.0 /etc/passwd", "1.0 ../../secret.png", "nan a.png", "", "# only\n"}) {
        EXPECT_NE(test::refusal([&] { parse_recording_list(bad, "rgb.txt"); }), "") << bad;
    }
}

TEST(Recording, GivesMetresBesideThePictures) {
    test::TempDir const dir;
    std::filesystem::create_directory(dir / "rgb");
    std::filesystem::create_directory(dir / "depth");
    save_png(dir / "rgb/1.png", level(50));
    save_png(dir / "rgb/2.png", level(60));
    std::vector<std::uint16_t> const depth(32 * 24, 10000); // two metres
    save_png16(dir / "depth/1.png", 32, 24, depth);
    std::ofstream(dir / "rgb.txt") << "# color images\n100.0 rgb/1.png\n100.5 rgb/2.png\n";
    std::ofstream(dir / "depth.txt") << "100.01 depth/1.png\n100.51 depth/1.png\n";
    auto const events = events_of(open_source({dir.path().string()}));
    ASSERT_EQ(events.size(), 3U);
    ASSERT_TRUE(events[1].frame.view.depth);
    EXPECT_FLOAT_EQ(events[1].frame.view.depth->values[100], 2.0F);
    EXPECT_DOUBLE_EQ(events[1].frame.seconds, 0.5);
    EXPECT_EQ(events[1].frame.view.image.rgb[0], 60);
}

// A driver of the test's own.
class ImitationCamera {
  public:
    std::uint32_t kind = V4L2_PIX_FMT_YUYV;
    bool there = true, capture = true;
    int pictures_left = 1000;

    CameraSystem system() {
        CameraSystem system;
        system.open = [this](char const*) {
            errno = ENODEV;
            return there ? 7 : -1;
        };
        system.close = [](int) {};
        system.map = [this](int, std::size_t, long offset) -> void* {
            return memory_[static_cast<std::size_t>(offset)].data();
        };
        system.unmap = [](void*, std::size_t) {};
        system.wait = [this](int, int) { return !there ? -1 : pictures_left > 0 ? 1 : 0; };
        system.ioctl = [this](int, unsigned long request, void* argument) { return answer(request, argument); };
        return system;
    }

  private:
    int answer(unsigned long request, void* argument) {
        if (!there) {
            errno = ENODEV;
            return -1;
        }
        auto* buffer = static_cast<v4l2_buffer*>(argument);
        if (request == VIDIOC_QUERYCAP) {
            auto* can = static_cast<v4l2_capability*>(argument);
            can->capabilities = capture ? V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING : V4L2_CAP_VIDEO_OUTPUT;
        } else if (request == VIDIOC_S_FMT) {
            auto& pix = static_cast<v4l2_format*>(argument)->fmt.pix;
            pix.pixelformat = kind; // as drivers do: what they have instead of what was asked for
            pix.width = 32, pix.height = 24, pix.bytesperline = 64;
        } else if (request == VIDIOC_REQBUFS) {
            static_cast<v4l2_requestbuffers*>(argument)->count = 2;
        } else if (request == VIDIOC_QUERYBUF) {
            buffer->length = 64 * 24;
            buffer->m.offset = buffer->index;
        } else if (request == VIDIOC_QBUF) {
            queued_.push_back(buffer->index);
        } else if (request == VIDIOC_DQBUF) {
            if (queued_.empty() || pictures_left == 0 || given_) {
                given_ = false;
                errno = EAGAIN;
                return -1;
            }
            given_ = true;
            --pictures_left;
            buffer->index = queued_.front();
            queued_.erase(queued_.begin());
            buffer->bytesused = 64 * 24;
            buffer->timestamp.tv_sec = 50 + ++taken_;
            memory_[buffer->index].assign(64 * 24, 128);
        }
        return 0;
    }

    std::vector<std::uint8_t> memory_[2] = {std::vector<std::uint8_t>(64 * 24), std::vector<std::uint8_t>(64 * 24)};
    std::vector<std::uint32_t> queued_;
    bool given_ = false;
    int taken_ = 0;
};

TEST(Camera, GivesPicturesUntilItIsUnplugged) {
    ImitationCamera camera;
    auto const reader = open_camera_device("/dev/video0", camera.system());
    for (int i = 0; i < 5; ++i) {
        auto const frame = reader({});
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->view.image.width, 32);
        EXPECT_NEAR(frame->view.image.rgb[0], 130, 2);
        EXPECT_DOUBLE_EQ(frame->seconds, i);
    }
    camera.there = false;
    EXPECT_NE(test::refusal([&] { reader({}); }).find("unplugged"), std::string::npos);
}

TEST(Camera, IsRefusedWhereItGivesNothing) {
    auto const refused = [](auto const& change) {
        ImitationCamera camera;
        change(camera);
        return test::refusal([&] { open_camera_device("/dev/video0", camera.system()); });
    };
    EXPECT_NE(refused([](auto& c) { c.there = false; }).find("no camera"), std::string::npos);
    EXPECT_NE(refused([](auto& c) { c.capture = false; }), "");
    EXPECT_NE(refused([](auto& c) { c.kind = V4L2_PIX_FMT_SBGGR8; }), "");
}

TEST(Camera, ColoursOfYuyv) {
    // Red, green, blue, white and black of BT.601 in pairs
    std::uint8_t const bytes[] = {81, 90, 81, 240, 145, 54, 145, 34, 41, 240, 41, 110, 235, 128, 16, 128};
    auto const image = image_of_yuyv(bytes, 8, 1, 16);
    int const expected[][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    for (int i = 0; i < 4; ++i) {
        for (int c = 0; c < 3; ++c) {
            EXPECT_NEAR(image.pixel(2 * i, 0)[c], expected[i][c], 4) << i << " " << c;
        }
    }
    EXPECT_NEAR(image.pixel(7, 0)[0], 0, 2);
}

TEST(Returning, TellsThatItWasLostAndIsBackAndItsTimesGoOn) {
    auto opened = std::make_shared<int>(0);
    auto const source = returning_source("camera", [opened](std::stop_token const&) -> NextFrame {
        if (++*opened == 2) {
            throw Error("Still away.");
        }
        auto left = std::make_shared<int>(*opened == 1 ? 2 : 1);
        return [left, opened](std::stop_token const&) -> std::optional<Frame> {
            if ((*left)-- > 0) {
                Frame frame;
                frame.seconds = *opened == 1 ? 10 - *left : 0.5;
                return frame;
            }
            if (*opened > 2) {
                return std::nullopt;
            }
            throw Error("The camera was unplugged.");
        };
    });
    auto const events = events_of(source);
    ASSERT_EQ(events.size(), 6U);
    EXPECT_EQ(events[2].kind, Kind::lost);
    EXPECT_EQ(events[2].text, "The camera was unplugged. It is waited for.");
    EXPECT_EQ(events[3].kind, Kind::returned);
    EXPECT_EQ(events[4].kind, Kind::frame);
    EXPECT_GE(events[4].frame.seconds, events[1].frame.seconds);
    EXPECT_EQ(events[5].kind, Kind::end);
}

// A live source whose frames are let go by the test.
TEST(NewestFrame, KeepsTheNewestAndLosesNoEvent) {
    std::mutex mutex;
    std::condition_variable changed;
    int step = 0;
    std::vector<Kind> const kinds = {Kind::frame,    Kind::frame, Kind::frame, Kind::lost,
                                     Kind::returned, Kind::frame, Kind::end};
    FrameSource source{"test", true, [&](std::stop_token const&) {
                           std::lock_guard const lock(mutex);
                           SourceEvent event{kinds[std::min<std::size_t>(static_cast<std::size_t>(step), 6)]};
                           event.frame.seconds = step++;
                           changed.notify_all();
                           return event;
                       }};
    NewestFrame newest(source);
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return step == 7; });
    }
    std::vector<SourceEvent> events;
    do {
        events.push_back(newest.next({}));
    } while (events.back().kind != Kind::end);
    ASSERT_GE(events.size(), 5U);
    EXPECT_EQ(events[events.size() - 4].kind, Kind::lost);
    EXPECT_EQ(events[events.size() - 5].frame.seconds, 2);
    EXPECT_EQ(newest.read(), 4);
    EXPECT_EQ(newest.skipped(), 4 - (static_cast<std::int64_t>(events.size()) - 3));
    EXPECT_EQ(newest.next({}).kind, Kind::end);
}

TEST(NewestFrame, ThrowsWhatTheSourceThrows) {
    NewestFrame newest({"test", true, [](std::stop_token const&) -> SourceEvent { throw Error("It is damaged."); }});
    EXPECT_EQ(test::refusal([&] { newest.next({}); }), "It is damaged.");
}

} // namespace
} // namespace echollama
